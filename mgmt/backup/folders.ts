import { open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Renames a file that is whole to its place. What is there is renamed as well, and lies beside it.
 *
 * @param suffixes of the files there that belong together.
 */
export async function putInPlace(made: string, file: string, suffixes: readonly string[] = ['']): Promise<void> {
  await sync(made, 'r+');
  const aside = `.before-restore-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of suffixes) {
    if (await isThere(file + suffix)) await rename(file + suffix, `${file}${aside}${suffix}`);
  }
  await rename(made, file);
  await syncFolder(dirname(file));
}

/** Waits until the names of its files are on disk. */
export const syncFolder = (folder: string): Promise<void> => sync(folder, 'r');

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
