import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import type { Progress } from '../../progress.ts';
import type { ForeignTables } from '../../../src/vastdb/foreign/foreign-tables.ts';
import type { ImportReport } from '../../../src/vastdb/foreign/import-report.ts';
import { importFlows, importSources, readTags } from './metadata.ts';
import { dropUnused, importObjects, type ObjectPlace } from './objects.ts';
import { importSegments } from './segments.ts';
import type { VastStore } from '../../../src/tams/vast-store.ts';

/**
 * Takes over the tables of vasttams: sources, flows, their tags, objects and segments. Rows go in by the repositories, so
 * that all that follows from them is right; no events are published. Each transaction leaves a whole store behind: an
 * import that ends early is gone on with by running it again. Tables and columns: docs/adr/0038-importers.md.
 */
export async function importVasttams(
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
