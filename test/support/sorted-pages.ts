import type { CursorPosition } from '../../src/shared/paging.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import type { FlowFilter } from '../../src/tams/documents/filters.ts';
import type { TagMatch } from '../../src/tams/documents/tags.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import type { SelectRequest, TableEngine } from '../../src/vastdb/engine.ts';
import { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { testId } from './examples.ts';
import { insertFlows } from './many-flows.ts';
import { withReadCounts } from './vastdb/engine-decorators.ts';

/** Filters of sorted pages, each with the index that has to serve it. */
export const INDEXED: readonly (readonly [filter: Partial<FlowFilter>, index: string])[] = [
  [{ order: { by: 'created', reverse: false } }, 'flows__sort_created__index'],
  [{ order: { by: 'updated', reverse: true } }, 'flows__sort_updated__index'],
  [{ order: { by: 'label', reverse: false } }, 'flows__sort_label__index'],
  [{ order: { by: 'label', reverse: true } }, 'flows__sort_label__index'],
  [{ order: { by: 'created', reverse: true }, sourceId: testId('source', 1) }, 'flows__source_id__sort_created__index'],
  [{ order: { by: 'created', reverse: false }, label: 'one of two 0' }, 'flows__label__sort_created__index'],
];

/**
 * What an engine is asked for by the first and the second page of each: half of the flows have one label, half the other.
 * The engine is closed at the end.
 */
export async function sortedPageRequests(
  engine: TableEngine,
  flows: number,
  explain: (request: SelectRequest, index: string) => Promise<void>,
): Promise<void> {
  const counted = withReadCounts(engine);
  const manager = await VastDBManager.open(counted.engine, VAST_STORE_TABLES);
  try {
    await insertFlows(manager, flows, (n) => ({ label: `one of two ${n % 2}` }));
    const store = new VastStore(manager, new SecretBox('of this test', 'webhooks'));
    const tags = { values: new Map<string, TagMatch>(), exists: new Map<string, boolean>() };
    for (const [filter, index] of INDEXED) {
      let after: CursorPosition | undefined;
      for (let page = 0; page < 2; page++) {
        counted.reads.requests.length = 0;
        const { next } = await store.flows.list({ tags, ...filter }, { limit: 5, ...(after && { after }) });
        for (const request of counted.reads.requests.filter(({ orderBy }) => orderBy !== undefined)) {
          await explain(request, index);
        }
        after = next;
      }
    }
  } finally {
    await manager.close();
  }
}
