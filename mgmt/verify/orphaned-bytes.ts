import type { MediaStore } from '../../src/media/media-store.ts';
import { isOwnPath } from '../../src/media/storage-path.ts';
import { objectIdsOf, unpackLocations } from '../../src/tams/objects/object-location.ts';
import { AppError } from '../../src/shared/errors.ts';
import { INSTANCE_JOBS } from '../../src/tams/objects/instance-tables.ts';
import { OBJECTS } from '../../src/tams/objects/object-tables.ts';
import { isIn } from '../../src/vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import type { Check, Found, VerifyContext } from './finding.ts';

/** Bytes that no row knows, such as those of an upload that came after its object was reclaimed. */
export const orphanedBytes: Check = {
  name: 'orphaned-bytes',
  description: 'the bytes in the media stores belong to objects (lists all stored bytes)',
  async *find(context: VerifyContext): AsyncGenerator<Found> {
    const { manager, media, progress } = context;
    const objects = (await manager.stats(OBJECTS.name)).rows;
    for (const store of media.all()) {
      progress.start(`orphaned-bytes: ${store.backend.label ?? store.backend.id}`, objects);
      try {
        for await (const paths of listedPaths(store)) {
          const suspects = await withoutObject(manager, store, paths);
          for (const path of await withoutObject(manager, store, suspects)) yield toFound(context, store, path);
          progress.advance(paths.length);
        }
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const problem = `it could not be listed to its end: ${error.message}`;
        yield { subject: `media store ${store.backend.id}`, problem, repair: undefined };
      }
    }
  },
};

async function* listedPaths(store: MediaStore): AsyncGenerator<string[]> {
  let after: string | undefined;
  do {
    const { objects, next } = await store.list('', after === undefined ? {} : { after });
    yield objects.map(({ path }) => path).filter((path) => isOwnPath(path));
    after = next;
  } while (after !== undefined);
}

/** Those of the paths that no object and no instance job has. A row is there before its bytes are, and after. */
async function withoutObject(manager: VastDBManager, store: MediaStore, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const reader = manager.reader('background');
  const ids = paths.flatMap(objectIdsOf);
  // Jobs first: an instance that is placed meanwhile is in the row of its object then.
  const { rows: jobs } = await reader.select({
    table: INSTANCE_JOBS,
    columns: ['storage_id', 'storage_path'],
    where: isIn('object_id', ids),
  });
  const { rows } = await reader.select({ table: OBJECTS, columns: ['locations'], where: isIn('id', ids) });
  const ofJobs = jobs.map(([storageId, storagePath]) => ({ storageId, storagePath }));
  const known = new Set(
    rows
      .flatMap(([packed]) => unpackLocations(packed))
      .concat(ofJobs)
      .filter(({ storageId }) => storageId === store.backend.id)
      .map(({ storagePath }) => storagePath),
  );
  return paths.filter((path) => !known.has(path));
}

function toFound({ manager, deleteBytes }: VerifyContext, store: MediaStore, path: string): Found {
  const found = { subject: `bytes at ${path} in ${store.backend.id}`, problem: 'no object has them' };
  if (!deleteBytes) {
    const problem = `${found.problem}; --repair --delete-bytes deletes them, if nothing else uses this store`;
    return { ...found, problem, repair: undefined };
  }
  const mend = async (): Promise<void> => {
    if ((await withoutObject(manager, store, [path])).length > 0) await store.delete(path);
  };
  return { ...found, repair: 'deletes them', mend };
}
