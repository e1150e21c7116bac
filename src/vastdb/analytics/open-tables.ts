import { createLogger } from '../../operation/logger.ts';
import type { TableEngine } from '../engine.ts';
import { SQLITE_CAPABILITIES } from '../engines/sqlite/sqlite-engine.ts';
import { ThreadReader } from '../engines/sqlite/thread-reader.ts';
import { QueryExecutor } from '../query/executor.ts';
import type { TableAddress } from './child-protocol.ts';
import type { Scan } from './workspace.ts';

export interface OpenedTables {
  readonly scan: Scan;
  close(): Promise<void>;
}

const CACHE_KIB = 8 * 1024;
const BUSY_TIMEOUT_MS = 10_000;

/** The tables, as the process of the analytics reads them by itself: no row goes through the server, on any engine. */
export async function openOwnTables(address: TableAddress): Promise<OpenedTables> {
  if (address.engine === 'sqlite') {
    const reader = new ThreadReader({
      file: address.file,
      synchronous: 'normal',
      cacheKib: CACHE_KIB,
      purpose: 'read',
      busyTimeoutMs: BUSY_TIMEOUT_MS,
    });
    const executor = new QueryExecutor(SQLITE_CAPABILITIES, () => false);
    return {
      scan: (request) => executor.scan(reader, request),
      close: async () => reader.close(),
    };
  }
  const engine = await openEngine(address);
  const executor = new QueryExecutor(engine.capabilities, () => false);
  return {
    scan: (request) => executor.scan(engine.reader('background'), request),
    close: () => engine.close(),
  };
}

/** Engines are loaded where they are used: half of the time that the process takes to start. */
async function openEngine(address: Exclude<TableAddress, { engine: 'sqlite' }>): Promise<TableEngine> {
  const logger = createLogger('warn');
  if (address.engine === 'postgres') {
    const { openPostgresEngine } = await import('../engines/postgres/postgres-engine.ts');
    return openPostgresEngine({ ...address.database, logger });
  }
  const { openVastEngine } = await import('../engines/vast/vast-engine.ts');
  return openVastEngine({ ...address.cluster, logger });
}
