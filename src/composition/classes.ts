import type { Logger } from 'pino';
import { fillAccessColumn } from '../stores/vast-store/access-backfill.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';

/** Makes the tables ready for access by tags, before the first request. */
export async function openClasses(manager: VastDBManager, logger: Logger): Promise<void> {
  const filled = await fillAccessColumn(manager);
  if (filled > 0) logger.info({ rows: filled }, 'noted the auth_classes of flows and sources that were here before');
}
