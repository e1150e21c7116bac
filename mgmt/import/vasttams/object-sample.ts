import pLimit from 'p-limit';
import type { MediaStores } from '../../../src/media/media-store-registry.ts';
import type { ObjectLocation } from '../../../src/tams/segments/segment.ts';
import { textOf } from '../../../src/vastdb/foreign/cells.ts';
import { DELETED_COLUMNS, isDeleted } from './deleted-rows.ts';
import { type ForeignTables, rowsOf } from '../../../src/vastdb/foreign/foreign-tables.ts';
import { type ImportReport, RefusedRow } from '../../../src/vastdb/foreign/import-report.ts';
import { locationOf, type ObjectPlace, PLACE_COLUMNS } from './objects.ts';

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
export async function checkObjects(
  tables: ForeignTables,
  media: MediaStores,
  place: ObjectPlace,
  count: number,
  report: ImportReport,
): Promise<void> {
  const sampled = count === 0 ? [] : await sample(tables, place, count);
  const limit = pLimit(REQUESTS_AT_ONCE);
  const heads = sampled.map((each) =>
    limit(async () => ((await media.get(each.storageId)?.head(each.storagePath)) === undefined ? [each] : [])),
  );
  const missing = (await Promise.all(heads)).flat();
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
