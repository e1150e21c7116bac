import { statfs } from 'node:fs/promises';
import type { Logger } from 'pino';
import { spaceOf } from './disk-reserve.ts';

/** Says where less is kept free than is configured, since the disk is small. */
export async function warnOfSmallDisks(
  folders: readonly string[],
  diskReserveBytes: number,
  logger: Logger,
): Promise<void> {
  for (const folder of folders) {
    const { reserve } = spaceOf(await statfs(folder), diskReserveBytes);
    if (reserve === diskReserveBytes) continue;
    logger.warn({ folder, reserveBytes: reserve }, 'the disk is small: a quarter of it is kept free for deletions');
  }
}
