import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileEntry } from './manifest.ts';

/** Describes a file of a backup, and waits until it is on disk. */
export async function describeFile(folder: string, path: string): Promise<FileEntry> {
  const file = join(folder, path);
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { path, ...(await hashFile(file)) };
}

/** @throws for the first file that is missing or is not as the manifest says. */
export async function checkFiles(folder: string, files: readonly FileEntry[]): Promise<void> {
  for (const { path, bytes, sha256 } of files) {
    const found = await hashFile(join(folder, path));
    if (found.bytes === bytes && found.sha256 === sha256) continue;
    throw new Error(
      `The backup is damaged: ${path} is not as it was written. Nothing was restored; use another backup.`,
    );
  }
}

async function hashFile(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
  });
  return { bytes, sha256: hash.digest('hex') };
}
