import { statfs } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Config } from '../settings.ts';
import { spaceOf } from './disk-reserve.ts';

/** Says where less is kept free than is configured, since the disk is small. */
export async function warnOfSmallDisks(
  { dataDir, tables, media, diskReserveBytes }: Config,
  logger: Logger,
): Promise<void> {
  const folders = media.backends.flatMap((backend) => (backend.type === 'local' ? [backend.path] : []));
  for (const folder of tables.engine === 'sqlite' ? [dataDir, ...folders] : folders) {
    const { reserve } = spaceOf(await statfs(folder), diskReserveBytes);
    if (reserve === diskReserveBytes) continue;
    logger.warn({ folder, reserveBytes: reserve }, 'the disk is small: a quarter of it is kept free for deletions');
  }
}
