import type { MediaStores } from '../../../src/media/media-store-registry.ts';
import { openMediaStores } from '../../../src/media/open-media.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import { inParallel } from '../../in-parallel.ts';
import type { ImportOptions, Take } from '../run-import.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import type { Progress } from '../../progress.ts';
import { type ForeignTables, rowsOf } from '../../../src/vastdb/foreign/foreign-tables.ts';
import { type ImportReport, RefusedRow } from '../../../src/vastdb/foreign/import-report.ts';
import { importFlows, importSources, readTags } from './metadata.ts';
import { dropUnused, importObjects, locationOf, type ObjectPlace, PLACE_COLUMNS } from './objects.ts';
import { importSegments } from './segments.ts';
import type { ObjectLocation } from '../../../src/tams/segments/segment.ts';
import { textOf } from '../../../src/vastdb/foreign/cells.ts';
import { DELETED_COLUMNS, isDeleted } from './rows.ts';

export interface VasttamsOptions extends ImportOptions {
  readonly backend?: string;
  readonly objectPrefix: string;
  /** How many objects are looked for in the bucket before anything is taken. */
  readonly checkObjects: number;
}

export const takeVasttams =
  (options: VasttamsOptions): Take =>
  async ({ tables }, { manager, config, report, progress }) => {
    const media = await openMediaStores(config, 'unused', undefined);
    try {
      const place = { storageId: storageIdOf(media, options.backend), prefix: options.objectPrefix };
      await checkObjects(tables, media, place, options.checkObjects, report);
      // Nothing here opens the keys of webhooks.
      const store = new VastStore(manager, new SecretBox('', 'webhooks'));
      await importVasttams(tables, { store, manager }, place, report, progress);
    } finally {
      await media.close();
    }
  };

function storageIdOf(media: MediaStores, backend: string | undefined): string {
  const found =
    backend === undefined
      ? media.default?.backend
      : media.backends().find(({ id, label }) => id === backend || label === backend);
  if (found !== undefined) return found.id;
  const names = media.backends().map(({ id, label = id }) => label);
  throw new Error(`--backend: name one of the storage backends ${names.join(', ')}.`);
}

/**
 * Takes over the tables of vasttams: sources, flows, their tags, objects and segments. Rows go in by the repositories, so
 * that all that follows from them is right; no events are published. Each transaction leaves a whole store behind: an
 * import that ends early is gone on with by running it again. Tables and columns: docs/adr/0038-importers.md.
 */
async function importVasttams(
  tables: ForeignTables,
  { store, manager }: { readonly store: VastStore; readonly manager: VastDBManager },
  place: ObjectPlace,
  report: ImportReport,
  progress: Progress,
): Promise<void> {
  const described = await tables.describe('segments');
  if (described === undefined) throw new Error('There is no table segments: are these the tables of a vasttams?');
  const tags = await readTags(tables, report);
  await importSources(tables, store, tags, report);
  const deletedFlows = await importFlows(tables, store, tags, report);
  await importObjects(tables, store, manager, place, deletedFlows, report);
  progress.start('segments', described.rows ?? 0);
  await importSegments(tables, store, report, deletedFlows, (rows) => progress.advance(rows));
  await dropUnused(tables, store, report);
}

const REQUESTS_AT_ONCE = 8;

interface Sampled extends ObjectLocation {
  readonly id: string;
}

/**
 * Looks for the bytes of some objects, so that keys which are wrong are seen before rows of millions name them. Objects
 * without bytes are named in the report.
 *
 * @throws Error where none of the objects has any: then the keys are wrong, and nothing is to be taken.
 */
async function checkObjects(
  tables: ForeignTables,
  media: MediaStores,
  place: ObjectPlace,
  count: number,
  report: ImportReport,
): Promise<void> {
  const sampled = count === 0 ? [] : await sample(tables, place, count);
  const heads = await inParallel(sampled, REQUESTS_AT_ONCE, ({ storageId, storagePath }) =>
    Promise.resolve(media.get(storageId)?.head(storagePath)),
  );
  const missing = sampled.filter((_, index) => heads[index] === undefined);
  const [first] = missing;
  if (first !== undefined && missing.length === sampled.length) {
    throw new Error(
      `None of ${sampled.length} objects has bytes in the storage backend, such as ${first.id} at ${first.storagePath}. ` +
        'Nothing was taken: --backend or --object-prefix may be another.',
    );
  }
  for (const { id, storagePath } of missing) report.warn('objects', id, `there are no bytes at ${storagePath}`);
}

/** So many rows, each of all with the same chance. */
async function sample(tables: ForeignTables, place: ObjectPlace, count: number): Promise<Sampled[]> {
  const sampled: Sampled[] = [];
  let seen = 0;
  for await (const rows of rowsOf(tables, 'objects', ['id'], [...PLACE_COLUMNS, ...DELETED_COLUMNS])) {
    for (const row of rows.filter((each) => !isDeleted(each))) {
      const at = Math.floor(Math.random() * (seen += 1));
      if (sampled.length >= count && at >= count) continue;
      try {
        const id = textOf(row, 'id') ?? '';
        sampled[sampled.length < count ? sampled.length : at] = { id, ...locationOf(row, id, place) };
      } catch (error) {
        // The import names it.
        if (!(error instanceof RefusedRow)) throw error;
      }
    }
  }
  return sampled;
}
