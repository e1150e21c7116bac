import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { mediaSource, ObjectChanged } from '../../../src/media/media-source.ts';

const CHUNK = 16 * 1024;
const INFO = { size: 2 ** 40, etag: 'one', lastModified: new Date(0) };

/** A store that knows no ranges: it sends the whole object, whatever was asked for. */
function storeOfWholeObjects(etag: string): { body: Readable; get: () => Promise<typeof INFO & { body: Readable }> } {
  const body = new Readable({
    read() {
      this.push(Buffer.alloc(CHUNK, 7));
    },
  });
  return { body, get: () => Promise.resolve({ ...INFO, etag, body }) };
}

it('takes no more of an object than was asked for', async () => {
  const store = storeOfWholeObjects('one');
  const bytes = await mediaSource(store, 'a.exr', INFO).read(0, CHUNK + 5);
  expect(Buffer.from(bytes).equals(Buffer.alloc(CHUNK + 5, 7))).toBe(true);
  expect(store.body.destroyed).toBe(true);
});

it('takes nothing of another object than the one that was looked at', async () => {
  const store = storeOfWholeObjects('two');
  await expect(mediaSource(store, 'a.exr', INFO).read(0, CHUNK)).rejects.toBeInstanceOf(ObjectChanged);
  expect(store.body.destroyed).toBe(true);
});
