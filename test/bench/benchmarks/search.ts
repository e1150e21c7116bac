import { join } from 'node:path';
import type { SearchResult } from '../../../src/features/search/rules/search-query.ts';
import { SearchDatabase } from '../../../src/features/search/repositories/search-database.ts';
import { searchTables } from '../../../src/features/search/search-tables.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { plantSearchData, type SearchData } from '../support/search-data.ts';
import type { Benchmark, BenchmarkRow } from '../support/benchmark.ts';
import { makeRunDirectory } from '../support/run-directory.ts';
import { median, quantile } from '../support/statistics.ts';

const FULL = { segments: 1_000_000, embedded: 100_000, queries: 300 };
const QUICK = { segments: 5_000, embedded: 1_000, queries: 30 };
const PAGE = { limit: 20, offset: 0 };
/** For what is read in the background, of which a reader gets an eighth. */
const CACHE_MIB = 512;

/** Searches of one client after the other, on the embedded engine: how long the slowest twentieth takes. */
export const search: Benchmark = {
  name: 'search',
  async run(context) {
    const { scale } = context;
    const size = scale.quick ? QUICK : FULL;
    const directory = join(makeRunDirectory('tams-bench-search-'), 'tables');
    const engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: CACHE_MIB });
    const data = plantSearchData(size);
    const manager = await VastDBManager.open(engine, searchTables(data.dimension));
    const database = new SearchDatabase(manager, data.dimension);
    try {
      context.log(`writing ${size.segments.toLocaleString('en')} segments`);
      await data.write(database);
      return await measureAll(database, data, size);
    } finally {
      await database.close();
      await manager.close();
    }
  },
};

async function measureAll(database: SearchDatabase, data: SearchData, size: typeof FULL): Promise<BenchmarkRow[]> {
  const { queries, model } = data;
  const segments = `${size.segments.toLocaleString('en')} segments`;
  const vectors = `${size.embedded.toLocaleString('en')} vectors of ${data.dimension}`;
  return [
    await row(`keyword search, ${segments}`, 50, queries, ({ text }) => database.keywordSearch({ text, ...PAGE })),
    await row(`semantic search, exact, ${vectors}`, 60, queries, ({ vector }) =>
      database.semanticSearch({ model, vector, ...PAGE }),
    ),
    await row(`hybrid search, ${segments}, ${vectors}`, 100, queries, ({ text, vector }) =>
      database.hybridSearch({ text, model, vector, ...PAGE }),
    ),
  ];
}

type Query = SearchData['queries'][number];

async function row(
  what: string,
  targetMs: number,
  queries: readonly Query[],
  ask: (query: Query) => Promise<SearchResult>,
): Promise<BenchmarkRow> {
  // The first ones load the vectors and fill the caches.
  for (const query of queries.slice(0, queries.length / 10)) await ask(query);
  const times: number[] = [];
  const totals: number[] = [];
  for (const query of queries) {
    const started = performance.now();
    const { total } = await ask(query);
    times.push(performance.now() - started);
    totals.push(total);
  }
  const p95 = quantile(
    times.toSorted((a, b) => a - b),
    0.95,
  );
  return {
    what: `${what}: p95`,
    reached: `${p95.toFixed(1)} ms`,
    target: `< ${targetMs} ms`,
    met: p95 < targetMs,
    medians: `${median(times).toFixed(1)} ms, ${median(totals).toLocaleString('en')} hits`,
  };
}
