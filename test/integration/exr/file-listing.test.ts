import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refOfKey, refOfObject, type VisibleObjects } from '../../../src/features/exr/rules/exr-file.ts';
import { EXR_FILES } from '../../../src/features/exr/exr-tables.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';
import { openStoreWorld, type StoreWorld } from './store-world.ts';
import { insertRows } from '../../support/vastdb/rows.ts';

const FILES = 3_000;
const EVERYTHING = { attributes: new Map<string, string>(), attributesExist: new Map<string, boolean>() };
/** Some paths are there twice, as an object and as a file of a bucket. */
const refs = Array.from({ length: FILES }, (_, index) => {
  const key = refOfKey('local', `shot/a.${index}.exr`);
  return index % 3 === 0 ? key : refOfObject(index % 3 === 1 ? key.path : `\u{1F3AC}/b.${index}.exr`);
});

describe.each([
  ['an engine with ordering', undefined],
  ['an engine without ordering', withoutOrdering],
])('the listing of files, on %s', (_, adapt) => {
  let world: StoreWorld;
  beforeAll(async () => {
    world = await openStoreWorld(adapt);
    const file = { size: 1n, part_count: 1, is_deep: false, is_tiled: false, schema_version: 1, embedding_version: 1 };
    const audit = { inspection_count: 1n, first_inspected_ms: 0n, last_inspected_ms: 0n };
    await insertRows(
      world.manager,
      EXR_FILES.name,
      refs.map(({ id, path, objectId }) => ({ id, path, object_id: objectId, ...file, ...audit })),
    );
  });
  afterAll(() => world.close());

  async function listed(limit: number, pathPrefix?: string, visible?: VisibleObjects): Promise<string[]> {
    const filter = { ...EVERYTHING, ...(pathPrefix !== undefined && { pathPrefix }) };
    const ids: string[] = [];
    let after: readonly (string | bigint)[] | undefined;
    do {
      const page = await world.files.list(filter, { limit, ...(after && { after }) }, visible);
      expect(page.items.length).toBeLessThanOrEqual(limit);
      ids.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    return ids;
  }

  const inOrder = refs.toSorted((a, b) => (a.path === b.path ? (a.id < b.id ? -1 : 1) : a.path < b.path ? -1 : 1));
  const idsOf = (some: typeof inOrder): string[] => some.map(({ id }) => id);

  it('is by path, in pages that neither repeat nor leave out', async () => {
    expect(await listed(700)).toEqual(idsOf(inOrder));
    const prefix = 's3://local/shot/a.1';
    expect(await listed(99, prefix)).toEqual(idsOf(inOrder.filter(({ path }) => path.startsWith(prefix))));
  });

  it('has full pages of what is visible', async () => {
    const isSeen = (id: string | null): boolean => id !== null && /[27]\.exr$/.test(id);
    const visible: VisibleObjects = async (ids) => new Set(ids.filter(isSeen));
    expect(await listed(150, undefined, visible)).toEqual(idsOf(inOrder.filter(({ objectId }) => isSeen(objectId))));
    expect(await listed(150, undefined, async () => new Set())).toEqual([]);
  });
});
