import { METADATA_COLUMNS, metadataCells } from '../../src/tams/flows/flow-row.ts';
import type { Flow } from '../../src/tams/flows/flow.ts';
import { FLOWS } from '../../src/tams/flows/flow-tables.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { testId, videoFlow } from './examples.ts';

const BATCH_ROWS = 5_000;
const START_MS = Date.UTC(2026, 0);

/** Puts so many flows into the table, a second apart, without sources and tags: for tests and benchmarks of large tables. */
export async function insertFlows(
  manager: VastDBManager,
  count: number,
  more: (n: number) => Partial<Pick<Flow, 'id' | 'label' | 'source_id'>>,
): Promise<void> {
  const columns = [...METADATA_COLUMNS, 'created_ns', 'deleting', 'active_deletions', 'segments_version'] as const;
  for (let first = 0; first < count; first += BATCH_ROWS) {
    const numbers = Array.from({ length: Math.min(BATCH_ROWS, count - first) }, (_, n) => first + n);
    const rows = numbers.map((n) => {
      const time = new Date(START_MS + n * 1_000);
      const ids = { id: testId('flow', n), source_id: testId('source', n % 1_000) };
      const times = { created: time.toISOString(), metadata_updated: time.toISOString() };
      const flow = { ...videoFlow(ids), ...times, ...more(n) } as Flow;
      return [...metadataCells(flow), BigInt(time.getTime()) * 1_000_000n, false, 0, 1n] as const;
    });
    await manager.transaction((tx) => tx.insertArrays(FLOWS, columns, rows));
  }
}
