import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { type Adoption, NO_COUNTS } from '../../../../src/features/adoption/adoption.ts';
import { KeyListing } from '../../../../src/features/adoption/key-listing.ts';
import type { MediaStore } from '../../../../src/media/media-store.ts';
import { createLogger } from '../../../../src/operation/logger.ts';
import { cpuMsSince } from '../../../support/cpu-time.ts';

const INFO = { etag: 'x', lastModified: new Date(0) };

/** A store with these playlists, in the order of their keys; every other key is one that has ten bytes. */
function storeOf(playlists: Readonly<Record<string, string>>): MediaStore {
  const found = Object.entries(playlists).map(([path, text]) => ({ path, size: text.length, ...INFO }));
  const store: Partial<MediaStore> = {
    list: (_prefix, { after = '' } = {}) => Promise.resolve({ objects: found.filter(({ path }) => path > after) }),
    get: (path) => {
      const bytes = Buffer.from(playlists[path] ?? '');
      return Promise.resolve({ ...INFO, size: bytes.length, body: Readable.from([bytes]) });
    },
    head: () => Promise.resolve({ ...INFO, size: 10 }),
  };
  return store as MediaStore;
}

const playlistOf = (name: string, count: number, tags = ''): string =>
  `#EXTM3U\n${Array.from({ length: count }, (_, index) => `#EXTINF:2,\n${tags}${name}-${index}.ts\n`).join('')}#EXT-X-ENDLIST\n`;

function listingOf(store: MediaStore): KeyListing {
  const adoption = { id: 'a', storageId: 's', prefix: '', layout: 'playlists', counts: NO_COUNTS } as Adoption;
  return new KeyListing(adoption, { store, allowed: ['*'] }, [], createLogger('silent'));
}

const pageOf = (listing: KeyListing, after?: string) => listing.page(after, () => Promise.resolve(new Map()));

it('lists files of a long playlist in a time that grows with their number', async () => {
  const cpuMsOf = async (files: number): Promise<number> => {
    const listing = listingOf(storeOf({ 'day.m3u8': playlistOf('day', files, '#EXT-X-BYTERANGE:10@0\n') }));
    const before = process.threadCpuUsage();
    expect((await pageOf(listing)).keys).toHaveLength(files);
    return cpuMsSince(before);
  };
  await cpuMsOf(1_000);
  expect((await cpuMsOf(80_000)) / (await cpuMsOf(10_000))).toBeLessThan(24);
});

it('lists a playlist with more files than a call has arguments', async () => {
  const { keys } = await pageOf(listingOf(storeOf({ 'week.m3u8': playlistOf('week', 150_000) })));
  expect(keys).toHaveLength(150_000);
});

it('ends a page behind a playlist with which it has enough keys', async () => {
  const names = ['a.m3u8', 'b.m3u8', 'c.m3u8'];
  const listing = listingOf(storeOf(Object.fromEntries(names.map((name) => [name, playlistOf(name, 6_000)]))));
  const first = await pageOf(listing);
  expect([first.keys.length, first.next]).toEqual([12_000, 'b.m3u8']);
  const second = await pageOf(listing, first.next);
  expect([second.keys.length, second.next]).toEqual([6_000, undefined]);
  const [sequence] = second.sequences;
  expect([sequence?.name, sequence?.number]).toEqual(['c.m3u8', 2]);
});
