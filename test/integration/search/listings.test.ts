import { insertDeadLetter } from '../../../src/features/search/repositories/dead-letters.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEngines, embedder, publish, type SearchWorld, stage } from '../../support/search/search-world.ts';
import type { CursorPosition, Page, PageRequest } from '../../../src/shared/paging.ts';

describeOnEngines('listings of media search', (open) => {
  let world: SearchWorld;
  beforeAll(async () => {
    world = await open();
  });
  afterAll(() => world.dispose());

  /** All items, page by page; every page but the last is full. */
  async function all<Item>(list: (page: PageRequest) => Promise<Page<Item>>, limit: number): Promise<Item[]> {
    const items: Item[] = [];
    let after: CursorPosition | undefined;
    do {
      const page = await list({ limit, ...(after !== undefined && { after }) });
      expect(page.items.length).toBe(page.next === undefined ? page.items.length : limit);
      items.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    return items;
  }

  it('have every asset once, in the order of creation, and only what is asked for', async () => {
    const { database } = world;
    const keys = ['b/2', 'a/1', 'c', 'a/3', 'a%2'];
    for (const key of keys) await database.upsertAsset({ bucket: 'list', key });
    const link = { flowId: 'f', flowLife: 'life', sourceId: 's', offsetNs: 0n };
    const linked = await database.upsertAsset({ bucket: 'list', key: 'linked', link });
    await database.updateAssetStatus(linked.id, { triageState: 'quarantined', status: 'failed' });
    const gone = await database.upsertAsset({ bucket: 'list', key: 'gone' });
    await database.tombstoneAsset(gone.id);
    await database.upsertAsset({ bucket: 'other', key: 'a/1' });
    const keysOf = async (filter: Parameters<typeof database.listAssets>[0], limit = 2): Promise<string[]> =>
      (await all((page) => database.listAssets(filter, page), limit)).map(({ key }) => key);
    // Those of one millisecond are in the order of their ids.
    const listed = await keysOf({ bucket: 'list' }, 1);
    expect(listed.toSorted()).toEqual([...keys, 'linked'].toSorted());
    for (const limit of [2, 3, 6, 7]) expect(await keysOf({ bucket: 'list' }, limit)).toEqual(listed);
    expect(await keysOf({})).toHaveLength(keys.length + 2);
    expect((await keysOf({ bucket: 'list', keyPrefix: 'a/' })).toSorted()).toEqual(['a/1', 'a/3']);
    expect(await keysOf({ keyPrefix: 'a%' })).toEqual(['a%2']);
    for (const filter of [
      { flowId: 'f' },
      { sourceId: 's' },
      { triageState: 'quarantined' },
      { status: 'failed' },
    ] as const) {
      expect(await keysOf(filter)).toEqual(['linked']);
    }
    expect(await keysOf({ flowId: 'f', status: 'pending' })).toEqual([]);
  });

  it('have the versions of an asset, and say what is in them', async () => {
    const { database } = world;
    const object = { bucket: 'versions', key: 'k' };
    const { asset, version: one } = await publish(database, object, 'e1', ['one', 'two', 'three']);
    const { version: two, segmentIds } = await stage(database, object, 'e2', ['four', 'five']);
    const listed = await all((page) => database.listVersions(asset.id, page), 1);
    expect(listed.map(({ id }) => id)).toEqual([one.id, two.id]);
    expect(await database.versionSize(one)).toEqual({ segments: 3, embeddings: 3 });
    expect(await database.versionSize(one, embedder.model)).toEqual({ segments: 3, embeddings: 3 });
    expect(await database.versionSize(one, 'another')).toEqual({ segments: 3, embeddings: 0 });
    await database.softDeleteTranscriptSegments(two.id, segmentIds.slice(0, 1));
    expect(await database.versionSize(two)).toEqual({ segments: 1, embeddings: 1 });
    await database.softDeleteTranscriptSegments(two.id);
    const removed = await database.getVersion(two.id);
    expect(removed && (await database.versionSize(removed))).toEqual({ segments: 0, embeddings: 0 });
  });

  it('have the newest dead letter first', async () => {
    const { database } = world;
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      const why = { errorCode: 'e', message: `m${n}`, retryable: false, attempt: 1, jobData: '{}', logs: null };
      const letter = { jobId: `j${n}`, assetId: 'a', versionId: null, ...why };
      const { id } = await world.manager.transaction((tx) => insertDeadLetter(tx, letter, Date.now()));
      made.unshift(id);
    }
    for (const limit of [1, 2, 5, 6]) {
      const letters = await all((page) => database.pageOfDeadLetters(page), limit);
      expect(letters.map(({ id }) => id)).toEqual(made);
    }
    expect(await database.removeDeadLetter(made[0] ?? '')).toBe(true);
    expect(await database.removeDeadLetter(made[0] ?? '')).toBe(false);
    expect((await database.pageOfDeadLetters({ limit: 10 })).items.map(({ id }) => id)).toEqual(made.slice(1));
  });
});
