import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import type { CursorPosition } from '../../../src/shared/paging.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import type { FlowFilter } from '../../../src/tams/documents/filters.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { openVastEngine } from '../../../src/vastdb/engines/vast/vast-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { insertFlows } from '../../support/many-flows.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { type Benchmark, type BenchmarkContext, type BenchmarkRow, compare } from '../support/benchmark.ts';
import { CLUSTER_SCHEMA } from '../support/cluster-env.ts';
import { makeRunDirectory } from '../support/run-directory.ts';
import { median } from '../support/statistics.ts';

const FULL = { flows: 1_000_000, page: 1_000, onCluster: 100_000, pageOnCluster: 500 };
const QUICK = { flows: 20_000, page: 100, onCluster: 10_000, pageOnCluster: 50 };
const LIMIT = 100;
/** A flow in each hundred has the label of ninety-nine others. */
const LABELS_TO_FLOWS = 100;
const PAGES_IN_A_ROUND = 200;
const RATIO_TARGET = 1.5;
/** docs/adr/0032-sorted-listings.md */
const ROWS_TARGET = 16_000;

const BY_LABEL: FlowFilter = {
  order: { by: 'label', reverse: false },
  tags: { values: new Map(), exists: new Map() },
};

/** A page of flows by label, the first against a far one: the time in the embedded tables, the rows that a cluster sends. */
export const sortedPages: Benchmark = {
  name: 'sorted-pages',
  async run(context) {
    return [await pagesOnSqlite(context), await pagesOnCluster(context)];
  },
};

async function pagesOnSqlite(context: BenchmarkContext): Promise<BenchmarkRow> {
  const { flows, page } = context.scale.quick ? QUICK : FULL;
  const directory = makeRunDirectory('tams-bench-sorted-');
  const engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: 64 });
  const { manager, store } = await fill(context, engine, flows);
  const far = await positionOf(store, page);
  const timeOf = (after: CursorPosition | undefined) => async (): Promise<number> => {
    const times: number[] = [];
    for (let n = 0; n < PAGES_IN_A_ROUND; n++) {
      const started = performance.now();
      await store.flows.list(BY_LABEL, { limit: LIMIT, ...(after && { after }) });
      times.push(performance.now() - started);
    }
    return median(times);
  };
  const { ours, baseline, ratio } = await compare(context.scale.rounds, timeOf(far), timeOf(undefined));
  await manager.close();
  return {
    what: `page ${page.toLocaleString('en')} of ${flows.toLocaleString('en')} flows by label, ${LIMIT} a page, against the first: p50`,
    reached: ratio.toFixed(2),
    target: `<= ${RATIO_TARGET.toFixed(1)}`,
    met: ratio <= RATIO_TARGET,
    medians: `${ours.toFixed(2)} against ${baseline.toFixed(2)} ms`,
  };
}

async function pagesOnCluster(context: BenchmarkContext): Promise<BenchmarkRow> {
  const { onCluster: flows, pageOnCluster: page } = context.scale.quick ? QUICK : FULL;
  const emulator = await startVastEmulator({ schema: CLUSTER_SCHEMA });
  const { endpoints, accessKey, secretKey, bucket } = emulator;
  const logger = pino({ level: 'silent' });
  try {
    const engine = await openVastEngine({ endpoints, accessKey, secretKey, bucket, schema: CLUSTER_SCHEMA, logger });
    const { manager, store } = await fill(context, engine, flows);
    const costs: { queries: number; rows: number }[] = [];
    for (const after of [undefined, await positionOf(store, page)]) {
      costs.push(await costOf(emulator, () => store.flows.list(BY_LABEL, { limit: LIMIT, ...(after && { after }) })));
    }
    await manager.close();
    const most = Math.max(...costs.map(({ rows }) => rows));
    const printed = costs.map(({ queries, rows }) => `${rows.toLocaleString('en')} in ${queries} queries`);
    return {
      what: `rows that a cluster sends for a page of ${LIMIT} of ${flows.toLocaleString('en')} flows by label: the most of the first and page ${page}`,
      reached: most.toLocaleString('en'),
      target: `<= ${ROWS_TARGET.toLocaleString('en')}`,
      met: most <= ROWS_TARGET,
      medians: printed.join('; '),
    };
  } finally {
    await emulator.close();
  }
}

async function fill(
  context: BenchmarkContext,
  engine: TableEngine,
  flows: number,
): Promise<{ manager: VastDBManager; store: VastStore }> {
  const manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  const labels = flows / LABELS_TO_FLOWS;
  const started = performance.now();
  await insertFlows(manager, flows, (n) => ({ label: `camera ${(n * 7_919) % labels}` }));
  context.log(`${flows.toLocaleString('en')} flows on ${engine.name}: ${seconds(started)} s`);
  return { manager, store: new VastStore(manager, new SecretBox('of no use here', 'webhooks')) };
}

const seconds = (started: number): string => ((performance.now() - started) / 1000).toFixed(1);

/** The cursor of a page: that of the page before it, of ten times as many flows. */
async function positionOf(store: VastStore, page: number): Promise<CursorPosition> {
  let after: CursorPosition | undefined;
  for (let left = (page - 1) * LIMIT; left > 0;) {
    const limit = Math.min(left, 10 * LIMIT);
    const { next } = await store.flows.list(BY_LABEL, { limit, ...(after && { after }) });
    left -= limit;
    after = next;
  }
  if (after === undefined) throw new Error(`there is no page ${page}`);
  return after;
}

async function costOf(
  emulator: VastEmulator,
  work: () => Promise<unknown>,
): Promise<{ queries: number; rows: number }> {
  const { requests } = emulator;
  while (emulator.openTransactions() > 0) await pause(2);
  requests.clear();
  await work();
  return { queries: requests.count('data.query'), rows: requests.rowsSent() };
}
