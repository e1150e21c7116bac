import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../settings.ts';
import type { TableEngine } from './engine.ts';
import { openSqliteEngine } from './engines/sqlite/sqlite-engine.ts';

const LOCAL_MEDIA =
  'media is kept in a folder while the tables are shared: every replica has to see the same folder, or none of the others can serve what was uploaded to one';

/**
 * The engine that the configuration names, ready for use.
 *
 * @param reserveBytes what is kept free on the disk of embedded tables; commands may use all of it.
 */
export async function openTables(
  { tables, media, dataDir }: Config,
  logger: Logger,
  reserveBytes = 0,
): Promise<TableEngine> {
  const { sqlite, vast, postgres } = tables;
  if (tables.engine !== 'sqlite') {
    for (const backend of media.backends) {
      // Not refused: one replica may do with it, and so may several that share a file system.
      if (backend.type === 'local') logger.warn({ folder: backend.path }, LOCAL_MEDIA);
    }
  }
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
