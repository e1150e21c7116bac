import { afterEach, beforeEach, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { purgeRetired } from '../../../src/features/search/repositories/purge.ts';
import {
  describeOnEngines,
  embedder,
  embeddingsOf,
  publish,
  type SearchWorld,
  segmentsOf,
  semantic,
  stage,
} from '../../support/search/search-world.ts';

const PLACE = { bucket: 'news', key: 'monday.mp4' };

describeOnEngines('the search database', (open) => {
  let world: SearchWorld;
  beforeEach(async () => {
    world = await open();
  });
  afterEach(() => world.dispose());

  const keyword = (text: string, offset = 0, limit = 10): ReturnType<SearchWorld['database']['keywordSearch']> =>
    world.database.keywordSearch({ text, limit, offset });

  it('keeps one asset for a bucket and key, with what the latest input said', async () => {
    const { database } = world;
    const [first, second] = await Promise.all([
      database.upsertAsset({ ...PLACE, sizeBytes: 5n, contentType: 'video/mp4' }),
      database.upsertAsset({ ...PLACE, codec: 'h264' }),
    ]);
    expect(second.id).toBe(first.id);
    const link = { flowId: 'flow', flowLife: 'life', sourceId: 'source', offsetNs: 40n };
    await database.upsertAsset({ ...PLACE, durationNs: 7n, link });
    const kept = await database.getAssetByBucketAndKey(PLACE.bucket, PLACE.key);
    expect(kept).toMatchObject({ sizeBytes: 5n, contentType: 'video/mp4', codec: 'h264', durationNs: 7n, link });
    expect(await database.getAsset(first.id)).toEqual(kept);
    expect(await world.manager.count('search_assets')).toBe(1);
    expect(await database.getAssetByBucketAndKey('news', 'tuesday.mp4')).toBeUndefined();
  });

  it('notes the status and triage of an asset, and of no other', async () => {
    const { database } = world;
    const { id } = await database.upsertAsset(PLACE);
    const other = await database.upsertAsset({ ...PLACE, key: 'other' });
    const change = {
      status: 'failed',
      triageState: 'quarantined',
      lastError: 'no sound',
      attempt: 3,
      recommendedAction: 'fix_object',
    } as const;
    await database.updateAssetStatus(id, change);
    expect(await database.getAsset(id)).toMatchObject(change);
    expect(await database.getAsset(other.id)).toEqual(other);
    await expect(database.updateAssetStatus('nobody', change)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('makes one version of one content', async () => {
    const { database } = world;
    const { id: assetId } = await database.upsertAsset(PLACE);
    const [one, two] = await Promise.all([
      database.createVersion({ assetId, etag: 'a', sizeBytes: 9n, language: 'en' }),
      database.createVersion({ assetId, etag: 'a' }),
    ]);
    expect(two.id).toBe(one.id);
    expect(await world.manager.count('search_versions')).toBe(1);
    expect((await database.createVersion({ assetId, etag: 'b' })).id).not.toBe(one.id);
    await database.updateVersionStatus(one.id, { status: 'transcribing' });
    await database.updateVersionStatus(one.id, { status: 'index_partial', language: 'de' });
    expect(await database.getVersion(one.id)).toMatchObject({
      sizeBytes: 9n,
      status: 'index_partial',
      language: 'de',
      publishState: 'STAGING',
    });
  });

  it('writes segments once, in the order of their starts, and changes them only before they are published', async () => {
    const { database } = world;
    const { id: assetId } = await database.upsertAsset(PLACE);
    const { id } = await database.createVersion({ assetId, etag: 'a' });
    const segments = segmentsOf(['zero', 'one', 'two'], 'Ada');
    expect(await database.upsertTranscriptSegments(id, segments.toReversed())).toBe(3);
    const corrected = segmentsOf(['zero', 'uno'], 'Ada');
    await database.upsertTranscriptSegments(id, corrected);
    const kept = await database.getTranscriptSegments(id);
    expect(kept.map(({ text }) => text)).toEqual(['zero', 'uno', 'two']);
    expect(kept[1]).toMatchObject({ ...corrected[1], assetId, versionId: id, visibility: 'STAGING' });
    expect(await database.getTranscriptSegments(id, 'other')).toEqual([]);
    await database.setCurrentVersion(assetId, id);
    await database.upsertTranscriptSegments(id, corrected);
    const changed = database.upsertTranscriptSegments(id, segments);
    await expect(changed).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(database.upsertTranscriptSegments('nobody', segments)).rejects.toBeInstanceOf(AppError);
    const backwards = corrected.map((segment) => ({ ...segment, startNs: 9n, endNs: 8n }));
    await expect(database.upsertTranscriptSegments(id, backwards)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('keeps one embedding for a segment and model, and refuses what is none', async () => {
    const { database } = world;
    const { version, segmentIds } = await stage(database, PLACE, 'a', ['the weather', 'the sport']);
    const [vector = new Float32Array()] = await embedder.embed(['the traffic']);
    const segmentId = segmentIds[0] ?? '';
    await database.upsertEmbeddings(version.id, [{ segmentId, model: embedder.model, vector }]);
    const kept = await embeddingsOf(world.manager, version.id, embedder.model);
    expect(kept).toHaveLength(2);
    expect(kept.find((each) => each.segment_id === segmentId)).toMatchObject({ vector, dimension: vector.length });
    expect(await embeddingsOf(world.manager, version.id, 'another')).toEqual([]);
    const wrong = [
      { segmentId: 'nobody', model: 'm', vector },
      { segmentId, model: 'm', vector: new Float32Array(3) },
      { segmentId, model: 'm', vector: vector.map((element) => element * 2) },
      { segmentId, model: 'm', vector: vector.map(() => NaN) },
    ];
    for (const each of wrong) {
      await expect(database.upsertEmbeddings(version.id, [each])).rejects.toMatchObject({ code: 'invalid_request' });
    }
    expect(await embeddingsOf(world.manager, version.id, 'm')).toEqual([]);
  });

  it('publishes: archives what was shown, activates the new version, and flips the pointer', async () => {
    const { database } = world;
    const one = await stage(database, PLACE, 'a', ['budget of monday']);
    expect(await keyword('budget')).toEqual({ hits: [], total: 0 });
    expect((await semantic(database, 'budget of monday')).total).toBe(0);
    const shown = await database.setCurrentVersion(one.asset.id, one.version.id);
    expect(shown).toMatchObject({ currentVersionId: one.version.id, status: 'indexed' });
    expect((await keyword('budget')).hits.map(({ text }) => text)).toEqual(['budget of monday']);
    expect((await semantic(database, 'budget of monday')).hits.map(({ text }) => text)).toEqual(['budget of monday']);

    const two = await stage(database, PLACE, 'b', ['budget of tuesday']);
    expect((await keyword('budget')).hits.map(({ text }) => text)).toEqual(['budget of monday']);
    await database.setCurrentVersion(two.asset.id, two.version.id);
    expect((await keyword('budget')).hits.map(({ text }) => text)).toEqual(['budget of tuesday']);
    expect((await semantic(database, 'budget of')).hits.map(({ text }) => text)).toEqual(['budget of tuesday']);
    const [segment] = await database.getTranscriptSegments(one.version.id);
    expect(segment?.visibility).toBe('ARCHIVED');
    expect(await database.getVersion(one.version.id)).toMatchObject({ embeddingVisibility: 'ARCHIVED' });
    expect(await database.getVersion(two.version.id)).toMatchObject({
      publishState: 'ACTIVE',
      segmentVisibility: 'ACTIVE',
      embeddingVisibility: 'ACTIVE',
    });
    const other = await stage(database, { ...PLACE, key: 'other' }, 'c', ['x']);
    const foreign = database.setCurrentVersion(one.asset.id, other.version.id);
    await expect(foreign).rejects.toMatchObject({ code: 'invalid_request' });
    await database.setCurrentVersion(one.asset.id, one.version.id);
    expect((await keyword('budget')).hits.map(({ text }) => text)).toEqual(['budget of monday']);
  });

  it('shows nothing of an object that was removed, until it is back and published', async () => {
    const { database } = world;
    const { asset, version } = await publish(database, PLACE, 'a', ['a solar eclipse']);
    const removed = await database.tombstoneAsset(asset.id);
    expect(removed.tombstonedMs).not.toBeNull();
    expect((await keyword('eclipse')).total).toBe(0);
    expect((await semantic(database, 'a solar eclipse')).total).toBe(0);
    expect((await database.getTranscriptSegments(version.id))[0]?.visibility).toBe('SOFT_DELETED');
    await expect(database.setCurrentVersion(asset.id, version.id)).rejects.toMatchObject({ code: 'not_found' });
    await publish(database, PLACE, 'a', ['a solar eclipse']);
    expect((await keyword('eclipse')).total).toBe(1);
    expect((await semantic(database, 'a solar eclipse')).total).toBe(1);
    expect((await database.getAsset(asset.id))?.tombstonedMs).toBeNull();
  });

  it('hides and removes segments, by themselves and all of a version', async () => {
    const { database } = world;
    const { version, segmentIds } = await publish(database, PLACE, 'a', ['red apple', 'green apple', 'apple pie']);
    expect((await keyword('apple')).total).toBe(3);
    expect(await database.softDeleteTranscriptSegments(version.id, [segmentIds[0] ?? '', 'nobody'])).toBe(1);
    expect((await keyword('apple')).total).toBe(2);
    expect((await semantic(database, 'red apple', { minScore: -1 })).total).toBe(2);
    expect((await database.getTranscriptSegments(version.id)).map(({ visibility }) => visibility)).toEqual([
      'SOFT_DELETED',
      'ACTIVE',
      'ACTIVE',
    ]);
    await database.execute((tx) => tx.setTranscriptVisibility(version.id, 'STAGING'));
    expect((await keyword('apple')).total).toBe(0);
    expect((await semantic(database, 'apple', { minScore: -1 })).total).toBe(0);
    await database.execute((tx) => tx.setTranscriptVisibility(version.id, 'ACTIVE'));
    expect((await keyword('apple')).total).toBe(2);
    expect(await database.softDeleteTranscriptSegments(version.id)).toBe(2);
    expect((await keyword('apple')).total).toBe(0);
  });

  it('hides embeddings and leaves their segments to be found by words', async () => {
    const { database } = world;
    const { version } = await publish(database, PLACE, 'a', ['red apple', 'green apple']);
    expect((await semantic(database, 'apple')).total).toBe(2);
    await database.execute((tx) => tx.setEmbeddingVisibility(version.id, 'ARCHIVED'));
    expect((await semantic(database, 'apple')).total).toBe(0);
    expect((await keyword('apple')).total).toBe(2);
    await database.execute((tx) => tx.setEmbeddingVisibility(version.id, 'ACTIVE'));
    expect((await semantic(database, 'apple')).total).toBe(2);
  });

  it('shows vectors that come late, in every process', async () => {
    const { database } = world;
    const other = world.otherDatabase();
    const { id: assetId } = await database.upsertAsset(PLACE);
    const { id } = await database.createVersion({ assetId, etag: 'a' });
    await database.upsertTranscriptSegments(id, segmentsOf(['late news']));
    await database.setCurrentVersion(assetId, id);
    expect((await semantic(other, 'late news')).total).toBe(0);
    const [vector = new Float32Array()] = await embedder.embed(['late news']);
    await database.upsertEmbeddings(id, [{ segmentId: `${id}:plain:0`, model: embedder.model, vector }]);
    expect((await semantic(other, 'late news')).total).toBe(1);
    expect((await semantic(other, 'late news', { model: 'another' })).total).toBe(0);
  });

  it('purges what has been archived for long, and nothing else', async () => {
    const { database } = world;
    const one = await publish(database, PLACE, 'a', ['old words']);
    const two = await publish(database, PLACE, 'b', ['new words']);
    expect(await database.purgeVersions(Date.now() - 60_000)).toBe(0);
    expect(await database.purgeVersions(Date.now() + 60_000)).toBe(1);
    expect(await database.getVersion(one.version.id)).toBeUndefined();
    expect(await database.getVersion(two.version.id)).toBeDefined();
    expect(await world.manager.count('search_segments')).toBe(1);
    expect(await world.manager.count('search_embeddings')).toBe(1);
    expect((await keyword('words')).hits.map(({ text }) => text)).toEqual(['new words']);
  });

  it('purges versions that nobody published, but for those whose job is to be done or was given up', async () => {
    const { database } = world;
    const queue = world.queue();
    const shown = await publish(database, PLACE, 'a', ['shown words']);
    const staged = await Promise.all(
      ['b', 'c', 'd'].map((etag) =>
        stage(database, PLACE, etag, [`words of ${etag}`]).then(({ version }) => version.id),
      ),
    );
    const [abandoned = '', waiting = '', done = ''] = staged;
    await queue.enqueue({ idempotencyKey: 'w', assetId: shown.asset.id, versionId: waiting });
    const job = await queue.enqueue({ idempotencyKey: 'd', assetId: shown.asset.id, versionId: done });
    await world.manager.transaction((tx) => tx.update('search_jobs', eq('id', job.id), { status: 'completed' }));
    expect(await database.purgeVersions(Date.now() - 60_000)).toBe(0);
    expect(await database.purgeVersions(Date.now() + 60_000)).toBe(2);
    const left = await Promise.all([shown.version.id, ...staged].map((id) => database.getVersion(id)));
    expect(left.map((version) => version?.id)).toEqual([shown.version.id, undefined, waiting, undefined]);
    expect(await world.manager.count('search_segments', eq('version_id', abandoned))).toBe(0);
    expect((await keyword('words')).total).toBe(1);
    // The same content again is a version again.
    const again = await stage(database, PLACE, 'b', ['words of b']);
    await database.setCurrentVersion(again.asset.id, again.version.id);
    expect((await keyword('words')).hits.map(({ text }) => text)).toEqual(['words of b']);
  });

  it('purges assets whose objects have been gone for long, once their versions are', async () => {
    const { database } = world;
    const gone = await publish(database, PLACE, 'a', ['gone words']);
    const kept = await publish(database, { ...PLACE, key: 'kept' }, 'a', ['kept words']);
    await database.tombstoneAsset(gone.asset.id);
    const later = Date.now() + 60_000;
    expect(await database.purgeTombstonedAssets(later)).toBe(0);
    expect(await database.purgeVersions(later)).toBe(1);
    expect(await database.purgeTombstonedAssets(Date.now() - 60_000)).toBe(0);
    expect(await database.purgeTombstonedAssets(later)).toBe(1);
    expect(await database.getAsset(gone.asset.id)).toBeUndefined();
    expect(await database.getAsset(kept.asset.id)).toBeDefined();
    const back = await publish(database, PLACE, 'a', ['words that are back']);
    expect(back.asset).toMatchObject({ id: gone.asset.id, tombstonedMs: null });
  });

  it('shows no half of a version that is published while it is purged', async () => {
    const { database, manager } = world;
    const one = await publish(database, PLACE, 'a', ['old words']);
    await publish(database, PLACE, 'b', ['new words']);
    const refused: unknown[] = [];
    // As another process may do, between any two of its transactions.
    const interrupted: Pick<typeof manager, 'select' | 'transaction'> = {
      select: (query) => manager.select(query),
      transaction: async (work, options) => {
        const done = await manager.transaction(work, options);
        const again = await Promise.allSettled([database.setCurrentVersion(one.asset.id, one.version.id)]);
        refused.push(again[0].status === 'rejected' && (again[0].reason as AppError).code);
        return done;
      },
    };
    expect(await purgeRetired(interrupted, Date.now() + 60_000)).toBe(1);
    expect(new Set(refused)).toEqual(new Set(['not_found']));
    expect((await keyword('words')).hits.map(({ text }) => text)).toEqual(['new words']);
  });

  it('runs a function as a transaction: all of it or nothing', async () => {
    const { database } = world;
    await expect(
      database.execute(async (tx) => {
        await tx.upsertAsset(PLACE);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await world.manager.count('search_assets')).toBe(0);
    const version = await database.execute(async (tx) => {
      const { id } = await tx.upsertAsset(PLACE);
      return tx.createVersion({ assetId: id, etag: 'a' });
    });
    expect(await database.getVersion(version.id)).toEqual(version);
  });
});
