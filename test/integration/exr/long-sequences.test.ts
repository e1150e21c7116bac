import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CursorPosition } from '../../../src/shared/paging.ts';
import { ExrSequenceService } from '../../../src/features/exr/services/exr-sequence-service.ts';
import { EXR_FILES } from '../../../src/features/exr/exr-tables.ts';
import { openStoreWorld, type StoreWorld } from './store-world.ts';

/** More than a page looks at. */
const LONG = 200_001;

let world: StoreWorld;
beforeAll(async () => {
  world = await openStoreWorld();
  const columns = ['id', 'path', 'object_id', 'sequence', 'frame_number', 'size', 'part_count', 'is_deep', 'is_tiled'];
  const noted = ['schema_version', 'embedding_version', 'inspection_count', 'first_inspected_ms', 'last_inspected_ms'];
  const rowsOf = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const path = `${name}.${String(index + 1).padStart(4, '0')}.exr`;
      return [path, path, path, `${name}.#.exr`, BigInt(index + 1), 1n, 1, false, false, 1, 1, 1n, 0n, 0n];
    });
  await world.manager.transaction(async (tx) => {
    for (const [name, count] of [
      ['a', 3],
      ['b', LONG],
      ['c', 2],
    ] as const) {
      await tx.insertArrays(EXR_FILES.name, [...columns, ...noted], rowsOf(name, count));
    }
  });
});
afterAll(() => world.close());

it('a page of sequences ends where it has looked at very many frames, and the next one goes on there', async () => {
  const service = new ExrSequenceService(world.files, undefined);
  const pages: [string, number, number][][] = [];
  let after: CursorPosition | undefined;
  do {
    const { items, next } = await service.list('', { limit: 10, ...(after !== undefined && { after }) });
    pages.push(items.map(({ pattern, last, frame_count }) => [pattern, last, frame_count]));
    after = next;
  } while (after !== undefined);
  expect(pages).toEqual([
    [
      ['a.%04d.exr', 3, 3],
      ['b.%04d.exr', LONG, LONG],
    ],
    [['c.%04d.exr', 2, 2]],
  ]);
});

it('a page without anything that is visible leads on all the same', async () => {
  const onlyC = async (ids: readonly string[]) => new Set(ids.filter((id) => id.startsWith('c.')));
  const service = new ExrSequenceService(world.files, onlyC);
  const first = await service.list('', { limit: 10 });
  expect([first.items.length, first.next !== undefined]).toEqual([0, true]);
  const second = await service.list('', { limit: 10, ...(first.next && { after: first.next }) });
  expect(second.items.map(({ pattern }) => pattern)).toEqual(['c.%04d.exr']);
});
