import { join } from 'node:path';
import { pino } from 'pino';
import { SearchDatabase } from '../../../src/features/search/repositories/search-database.ts';
import { searchTables } from '../../../src/features/search/search-tables.ts';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { openVastEngine } from '../../../src/vastdb/engines/vast/vast-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { startVastEmulator } from '../../support/vast-emulator/index.ts';
import type { Benchmark } from '../support/benchmark.ts';
import { CLUSTER_SCHEMA } from '../support/cluster-env.ts';
import { makeRunDirectory } from '../support/run-directory.ts';
import type { SearchData } from '../support/search-data.ts';
import { measureSearches } from '../support/searches.ts';

/** Few queries: the emulator has no index, and shares the process. */
const FULL = { segments: 1_000_000, embedded: 100_000, queries: 30 };
const QUICK = { segments: 5_000, embedded: 1_000, queries: 10 };

/** Searches with the tables on an emulated cluster: above all what they ask of it. */
export const searchCluster: Benchmark = {
  name: 'search-cluster',
  async run(context) {
    const emulator = await startVastEmulator({ schema: CLUSTER_SCHEMA });
    try {
      const { endpoints, accessKey, secretKey, bucket, requests } = emulator;
      const logger = pino({ level: 'silent' });
      const engine = await openVastEngine({ endpoints, accessKey, secretKey, bucket, schema: CLUSTER_SCHEMA, logger });
      return await measureSearches(engine, context.scale.quick ? QUICK : FULL, context, {
        where: ' on an emulated cluster',
        plant: (data) => plantByCopy(data, engine),
        asked: (_manager: VastDBManager, queries) => {
          const received = requests.entries.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
          const each = (count: number): string => (count / queries).toFixed(1);
          const told = `${each(requests.count())} requests, ${each(requests.rowsSent())} rows, ${each(received / 1000)} kB`;
          requests.clear();
          return told;
        },
      });
    } finally {
      await emulator.close();
    }
  },
};

/**
 * Writes the data to embedded tables, and copies these. Each write of the server looks for the rows that are there, for
 * which the emulator reads all of a table.
 */
async function plantByCopy(data: SearchData, target: TableEngine): Promise<void> {
  const directory = join(makeRunDirectory('tams-bench-search-'), 'tables');
  const source = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: 512 });
  const manager = await VastDBManager.open(source, searchTables(data.dimension));
  const database = new SearchDatabase(manager, data.dimension);
  try {
    await data.write(database);
    for (const { name, columns } of searchTables(data.dimension)) {
      const names = columns.map((column) => column.name);
      for await (const batch of source.reader('background').scan({ table: name, columns: names })) {
        const rows = Array.from({ length: batch.rowCount }, (_, row) =>
          batch.columns.map((cells) => cells[row] ?? null),
        );
        await target.transaction((tx) => tx.insert(name, names, rows));
      }
    }
  } finally {
    await database.close();
    await manager.close();
  }
}
