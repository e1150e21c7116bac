import { join } from 'node:path';
import type { Logger } from 'pino';
import type { TablesConfig } from './table-settings.ts';
import type { TableEngine } from './engine.ts';
import { openSqliteEngine } from './engines/sqlite/sqlite-engine.ts';

/**
 * The engine that the configuration names, ready for use.
 *
 * @param reserveBytes free space that is kept on the disk of embedded tables; commands may use all of it.
 */
export async function openTables(
  { tables, dataDir }: { readonly tables: TablesConfig; readonly dataDir: string },
  logger: Logger,
  reserveBytes = 0,
): Promise<TableEngine> {
  const { sqlite, vast, postgres } = tables;
  // Loaded only where they are used: a good part of what the start of a process costs.
  if (vast !== undefined) {
    const { openVastEngine } = await import('./engines/vast/vast-engine.ts');
    return openVastEngine({ ...vast, logger });
  }
  if (postgres !== undefined) {
    const { openPostgresEngine } = await import('./engines/postgres/postgres-engine.ts');
    return openPostgresEngine({ ...postgres, logger });
  }
  return openSqliteEngine({ directory: join(dataDir, 'tables'), ...sqlite, reserveBytes });
}
