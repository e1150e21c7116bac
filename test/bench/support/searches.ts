import { SearchDatabase } from '../../../src/features/search/repositories/search-database.ts';
import type { SearchResult } from '../../../src/features/search/rules/search-query.ts';
import { searchTables } from '../../../src/features/search/search-tables.ts';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import type { BenchmarkContext, BenchmarkRow } from './benchmark.ts';
import { plantSearchData, type SearchData } from './search-data.ts';
import { median, quantile } from './statistics.ts';

const PAGE = { limit: 20, offset: 0 };

export interface SearchSize {
  readonly segments: number;
  readonly embedded: number;
  readonly queries: number;
}

/** An engine that is measured, and how its rows are called. */
interface Searched {
  /** Behind the size, such as ` on PostgreSQL`. */
  readonly where: string;
  /** p95 in milliseconds, where there is an aim. */
  readonly targetsMs?: { readonly keyword: number; readonly semantic: number; readonly hybrid: number };
  /** Writes the data where the engine is too slow for the ways of the server. The tables are there. */
  readonly plant?: (data: SearchData) => Promise<void>;
  /** When all is written. */
  readonly settle?: () => Promise<unknown>;
  /** Requests to the engine since it was told last. */
  readonly asked?: (manager: VastDBManager, queries: number) => string;
}

/** Searches of one client after the other: how long the slowest twentieth takes. Closes the engine. */
export async function measureSearches(
  engine: TableEngine,
  size: SearchSize,
  context: Pick<BenchmarkContext, 'log'>,
  { where, targetsMs, plant, settle, asked }: Searched,
): Promise<BenchmarkRow[]> {
  const data = plantSearchData(size);
  const manager = await VastDBManager.open(engine, searchTables(data.dimension));
  const database = new SearchDatabase(manager, data.dimension);
  const { queries, model, dimension } = data;
  const segments = `${size.segments.toLocaleString('en')} segments`;
  const vectors = `${size.embedded.toLocaleString('en')} vectors of ${dimension}`;
  const row = async (what: string, targetMs: number | undefined, ask: Ask): Promise<BenchmarkRow> => {
    // The first ones load the vectors and fill the caches.
    for (const query of queries.slice(0, queries.length / 10)) await ask(query);
    asked?.(manager, 0);
    const measured = await timesOf(queries, ask);
    const counted = asked === undefined ? '' : `; ${asked(manager, queries.length)} a query`;
    return rowOf(what + where, targetMs, measured, counted);
  };
  try {
    context.log(`writing ${segments}`);
    const started = performance.now();
    await (plant === undefined ? data.write(database) : plant(data));
    await settle?.();
    context.log(`wrote ${segments}${where}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return [
      await row(`keyword search, ${segments}`, targetsMs?.keyword, ({ text }) =>
        database.keywordSearch({ text, ...PAGE }),
      ),
      await row(`semantic search, exact, ${vectors}`, targetsMs?.semantic, ({ vector }) =>
        database.semanticSearch({ model, vector, ...PAGE }),
      ),
      await row(`hybrid search, ${segments}, ${vectors}`, targetsMs?.hybrid, ({ text, vector }) =>
        database.hybridSearch({ text, model, vector, ...PAGE }),
      ),
    ];
  } finally {
    await database.close();
    await manager.close();
  }
}

type Query = SearchData['queries'][number];
type Ask = (query: Query) => Promise<SearchResult>;

interface Measured {
  readonly times: readonly number[];
  readonly totals: readonly number[];
}

async function timesOf(queries: readonly Query[], ask: Ask): Promise<Measured> {
  const times: number[] = [];
  const totals: number[] = [];
  for (const query of queries) {
    const started = performance.now();
    const { total } = await ask(query);
    times.push(performance.now() - started);
    totals.push(total);
  }
  return { times, totals };
}

function rowOf(what: string, targetMs: number | undefined, { times, totals }: Measured, counted: string): BenchmarkRow {
  const p95 = quantile(
    times.toSorted((a, b) => a - b),
    0.95,
  );
  return {
    what: `${what}: p95`,
    reached: `${p95.toFixed(1)} ms`,
    ...(targetMs !== undefined && { target: `< ${targetMs} ms`, met: p95 < targetMs }),
    medians: `${median([...times]).toFixed(1)} ms, ${median([...totals]).toLocaleString('en')} hits${counted}`,
  };
}
