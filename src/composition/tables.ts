import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { TableEngine } from '../vastdb/engine.ts';
import { openSqliteEngine } from '../vastdb/engines/sqlite/sqlite-engine.ts';

const LOCAL_MEDIA =
  'media is kept in a folder while the tables are on a cluster: every replica has to see the same folder, or none of the others can serve what was uploaded to one';

/** The engine that the configuration names, ready for use. */
export async function openTables({ tables, media, dataDir }: Config, logger: Logger): Promise<TableEngine> {
  const { sqlite, vast } = tables;
  if (vast === undefined) return openSqliteEngine({ directory: join(dataDir, 'tables'), ...sqlite });
  for (const backend of media.backends) {
    // Not refused: one replica may do with it, and so may several that share a file system.
    if (backend.type === 'local') logger.warn({ folder: backend.path }, LOCAL_MEDIA);
  }
  // A good part of what the start of a process costs, and not needed without a cluster.
  const { openVastEngine } = await import('../vastdb/engines/vast/vast-engine.ts');
  return openVastEngine({ ...vast, logger });
}
