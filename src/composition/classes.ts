import type { Logger } from 'pino';
import { SEARCH_BACKFILLS } from '../features/search/repositories/life-backfill.ts';
import { fillColumns, VAST_STORE_BACKFILLS } from '../vastdb/schema/column-backfill.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';

/** Makes the tables ready for access by tags, before the first request. */
export async function openClasses(manager: VastDBManager, withSearch: boolean, logger: Logger): Promise<void> {
  const filled = await fillColumns(manager, [...VAST_STORE_BACKFILLS, ...(withSearch ? SEARCH_BACKFILLS : [])]);
  if (filled > 0)
    logger.info({ cells: filled }, 'noted whom flows, sources and assets that were here before belong to');
}
