import type { MediaStore } from '../../src/media/media-store.ts';
import { unpackLocations } from '../../src/tams/objects/object-location.ts';
import { AppError } from '../../src/shared/errors.ts';
import { OBJECTS } from '../../src/tams/objects/object-tables.ts';
import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import { and, eq, isIn } from '../../src/vastdb/predicate/builder.ts';
import { inParallel } from '../in-parallel.ts';
import type { Check, Found, VerifyContext } from './finding.ts';

/** Requests to a media store at a time. */
const AT_ONCE = 16;
const BATCH_KEYS = 1000;
const USED = and([eq('referenced', true), eq('reclaiming', false)]);

/** Objects that segments use and that have no bytes: lost, or never uploaded. Nobody can tell which, and nothing mends it. */
export const objectBytes: Check = {
  name: 'object-bytes',
  description: 'objects that segments use have bytes in the media stores (one request for each)',
  async *find(context: VerifyContext): AsyncGenerator<Found> {
    const { manager, progress } = context;
    progress.start('object-bytes', (await manager.stats(OBJECTS.name)).rows);
    const reader = manager.reader('background');
    const batches = reader.scan({ table: OBJECTS, columns: ['id'], where: USED, batchRows: BATCH_KEYS });
    for await (const batch of batches) {
      const suspects = await look(context, reader, batch.columns[0]);
      // Looked at once more: an object may have been deleted, or uploaded, meanwhile.
      const problems = suspects.size === 0 ? suspects : await look(context, reader, [...suspects.keys()]);
      for (const [id, problem] of problems) yield { subject: `object ${id}`, problem, repair: undefined };
      progress.advance(batch.rowCount);
    }
  },
};

async function look(
  { media }: VerifyContext,
  reader: ManagedReader,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await reader.select({
    table: OBJECTS,
    columns: ['id', 'locations'],
    where: and([isIn('id', ids), USED]),
  });
  const problems = new Map<string, string>();
  const copies = rows.flatMap(([id, packed]) => unpackLocations(packed).map((location) => ({ id, ...location })));
  await inParallel(copies, AT_ONCE, async ({ id, storageId, storagePath }) => {
    const store = media.get(storageId);
    const problem = store === undefined ? 'this backend is not configured' : await problemOf(store, storagePath);
    if (problem !== undefined) problems.set(id, `at ${storagePath} in the storage backend ${storageId}: ${problem}`);
  });
  return problems;
}

async function problemOf(store: MediaStore, path: string): Promise<string | undefined> {
  try {
    return (await store.head(path)) === undefined ? 'no bytes: lost, or never uploaded; upload them again' : undefined;
  } catch (error) {
    // One file that cannot be read must not hide the others.
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
