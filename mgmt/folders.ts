import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname } from 'node:path';

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
 * Runs `work` on a new folder that only the owner may read, and removes what is left of it, by Ctrl-C as well: it has the
 * secrets of a server.
 *
 * @param prefix of its path.
 */
export async function withDraft<T>(prefix: string, work: (draft: string) => Promise<T>): Promise<T> {
  let draft: string | undefined;
  const discard = (): void => {
    // A thread may be writing to it still.
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true, maxRetries: 5 });
  };
  return withInterrupt(discard, async () => {
    // At once, so that no signal comes before it is known.
    draft = mkdtempSync(prefix);
    try {
      return await work(draft);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
}

/** Runs `work`, and `discard` before a signal such as Ctrl-C ends the process meanwhile. */
export async function withInterrupt<T>(discard: () => void, work: () => Promise<T>): Promise<T> {
  const end = (signal: (typeof ENDS)[number]): void => {
    discard();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of ENDS) process.on(signal, end);
  try {
    return await work();
  } finally {
    for (const signal of ENDS) process.off(signal, end);
  }
}

/**
 * Renames a file that is whole to its place. An existing file is renamed too, and stays beside it. Ctrl-C does not come
 * in between.
 *
 * @param suffixes of the files there that belong together.
 */
export async function putInPlace(made: string, file: string, suffixes: readonly string[] = ['']): Promise<void> {
  await sync(made, 'r+');
  const aside = `.before-restore-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of suffixes) {
    if (existsSync(file + suffix)) renameSync(file + suffix, `${file}${aside}${suffix}`);
  }
  renameSync(made, file);
  await sync(dirname(file));
}

/** Waits until a file, or the names in a folder, are on disk. A file that was written through another handle needs `r+`. */
export async function sync(path: string, flags = 'r'): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
