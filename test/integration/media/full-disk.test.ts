import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';

/** A file system of 1 MiB in memory; undefined where this process may not mount one. */
function mountSmallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' });
    return directory;
  } catch {
    rmSync(directory, { recursive: true });
    return undefined;
  }
}

const directory = mountSmallDisk();
if (directory === undefined) {
  console.warn('Tests of the local media store on a full disk are skipped: only root may mount a small one.');
}

describe.skipIf(directory === undefined)('LocalMediaStore on a full disk', () => {
  afterAll(() => {
    execFileSync('umount', [directory ?? '']);
    rmSync(directory ?? '', { recursive: true });
  });

  it('refuses uploads as storage_full, leaves nothing of them, and goes on reading', async () => {
    const backend = {
      id: 'small',
      store_type: 'http_object_store',
      provider: 'local',
      store_product: 'files',
    } as const;
    const limits = { expiresS: 60, gridS: 1, maxObjectBytes: 10_000_000, urlCacheMax: 10 };
    const store = new LocalMediaStore({ backend, directory: directory ?? '', secret: 'secret', ...limits });
    await store.ensureReady();
    await store.put('flow/kept', Buffer.alloc(500_000, 'k'));

    await expect(store.put('flow/large', Buffer.alloc(2_000_000))).rejects.toMatchObject({ code: 'storage_full' });
    expect(await readdir(join(directory ?? '', '.uploads'))).toEqual([]);
    expect(await store.head('flow/large')).toBeUndefined();
    expect(await buffer((await store.get('flow/kept')).body)).toEqual(Buffer.alloc(500_000, 'k'));

    await store.delete('flow/kept');
    expect(await store.put('flow/large', Buffer.alloc(900_000))).toMatchObject({ size: 900_000 });
  });
});
