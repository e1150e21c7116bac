import { join } from 'node:path';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import type { Benchmark } from '../support/benchmark.ts';
import { makeRunDirectory } from '../support/run-directory.ts';
import { measureSearches } from '../support/searches.ts';

const FULL = { segments: 1_000_000, embedded: 100_000, queries: 300 };
const QUICK = { segments: 5_000, embedded: 1_000, queries: 30 };
/** For what is read in the background, of which a reader gets an eighth. */
const CACHE_MIB = 512;

/** Searches on the embedded engine. */
export const search: Benchmark = {
  name: 'search',
  async run(context) {
    const directory = join(makeRunDirectory('tams-bench-search-'), 'tables');
    const engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: CACHE_MIB });
    const targetsMs = { keyword: 50, semantic: 60, hybrid: 100 };
    return measureSearches(engine, context.scale.quick ? QUICK : FULL, context, { where: '', targetsMs });
  },
};
