import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { TableEngine } from '../vastdb/engine.ts';
import { openSqliteEngine } from '../vastdb/engines/sqlite/sqlite-engine.ts';
import { openVastEngine } from '../vastdb/engines/vast/vast-engine.ts';

/** The engine that the configuration names, ready for use. */
export function openTables({ tables, dataDir }: Config, logger: Logger): Promise<TableEngine> {
  const { sqlite, vast } = tables;
  if (vast !== undefined) return openVastEngine({ ...vast, logger });
  return openSqliteEngine({ directory: join(dataDir, 'tables'), ...sqlite });
}
