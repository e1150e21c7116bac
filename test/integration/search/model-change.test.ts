import { makeSearchable } from '../../../src/features/search/rules/searchable-transcript.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Embedder, HashingEmbedder } from '../../../src/features/search/rules/embedding.ts';
import { JobError } from '../../../src/features/search/rules/job.ts';
import { EmbeddingUpkeep } from '../../../src/features/search/services/embedding-upkeep.ts';
import { Indexer } from '../../../src/features/search/services/indexer.ts';
import { OutdatedVectors } from '../../../src/features/search/repositories/outdated-vectors.ts';
import {
  describeOnEngines,
  DIMENSION,
  embeddingsOf,
  type SearchWorld,
  semantic,
} from '../../support/search/search-world.ts';

const QUICK = { leaseMs: 30_000, pollMs: 10 };
const NO_SIGNAL = new AbortController().signal;

/** A model of this name, which counts what it is asked for. */
function modelOf(name: string): Embedder & { texts: string[]; failure: Error | undefined } {
  const hashing = new HashingEmbedder(DIMENSION);
  const model = {
    model: name,
    dimension: DIMENSION,
    texts: [] as string[],
    failure: undefined as Error | undefined,
    embed: (texts: readonly string[]) => {
      if (model.failure !== undefined) return Promise.reject(model.failure);
      model.texts.push(...texts);
      return hashing.embed(texts);
    },
  };
  return model;
}

describeOnEngines('a change of the embedding model', (open) => {
  let world: SearchWorld;
  let queue: ReturnType<SearchWorld['queue']>;
  let outdated: OutdatedVectors;
  beforeEach(async () => {
    world = await open();
    queue = world.queue(QUICK);
    outdated = new OutdatedVectors(world.manager);
  });
  afterEach(() => world.dispose());

  /** As a process that is started now, with this model. */
  const startWith = (embedder: Embedder): EmbeddingUpkeep =>
    new EmbeddingUpkeep({ database: world.database, outdated, queue, embedder });

  /** An asset in which this is said, indexed by the model. Returns its version. */
  async function say(key: string, embedder: Embedder, text: string): Promise<string> {
    const { database } = world;
    const { id: assetId } = await database.upsertAsset({ bucket: 'b', key });
    const { id } = await database.createVersion({ assetId, etag: text });
    const cue = { startNs: 0n, endNs: 1_000_000_000n, text, speaker: null, confidence: null };
    await new Indexer(database, embedder, queue).index(id, makeSearchable({ language: null, cues: [cue] }));
    return id;
  }

  async function workUntilDone(upkeep: EmbeddingUpkeep): Promise<void> {
    const consumer = queue.consume(
      (job, signal) => upkeep.refresh(job.versionId ?? '', job.enginePolicy ?? '', signal),
      {
        concurrency: 2,
        timeoutMs: 60_000,
      },
    );
    await expect.poll(() => queue.stats()).toMatchObject({ waiting: 0, active: 0 });
    await consumer.stop();
  }

  const totals = (model: string): Promise<number> =>
    semantic(world.database, 'heron', { model }).then(({ total }) => total);

  it('gives all that is shown vectors of the new one, and removes those of the old; others stay', async () => {
    const [one, two] = [modelOf('one'), modelOf('two')];
    const before = startWith(one);
    const ids = [await say('a', one, 'a heron'), await say('b', one, 'the heron')];
    const [first = ''] = ids;
    const [vector = new Float32Array()] = await one.embed(['heron']);
    const { id: segmentId = '' } = (await world.database.getTranscriptSegments(first))[0] ?? {};
    await world.database.upsertEmbeddings(first, [{ segmentId, model: 'a person’s', vector }]);
    expect(await before.isNeeded()).toBe(false);
    expect(await totals('two')).toBe(0);

    await new Promise((resolve) => setTimeout(resolve, 2));
    const after = startWith(two);
    expect([await after.isNeeded(), await outdated.count('two')]).toEqual([true, 2]);
    expect(await after.enqueue()).toBe(2);
    // The same jobs, not others.
    expect(await after.enqueue()).toBe(2);
    await workUntilDone(after);
    expect([await outdated.count('two'), await totals('two'), await totals('one')]).toEqual([0, 2, 0]);
    expect(await totals('a person’s')).toBe(1);
    for (const id of ids) {
      expect(await embeddingsOf(world.manager, id, 'one')).toEqual([]);
      expect(await world.database.getVersion(id)).toMatchObject({ status: 'indexed', embeddingModel: 'two' });
    }

    // A process that is left of before undoes nothing; one that is started with the old setting takes it back.
    expect([await before.isNeeded(), await before.enqueue()]).toEqual([true, 0]);
    await new Promise((resolve) => setTimeout(resolve, 2));
    const back = startWith(one);
    expect(await back.enqueue()).toBe(2);
    expect(await after.enqueue()).toBe(0);
    await workUntilDone(back);
    expect([await totals('two'), await totals('one')]).toEqual([0, 2]);
    await new Promise((resolve) => setTimeout(resolve, 2));
    // For which its jobs were done once already.
    const again = startWith(two);
    expect(await again.enqueue()).toBe(2);
    await workUntilDone(again);
    expect([await totals('two'), await totals('one')]).toEqual([2, 0]);
  });

  it('removes the old vectors also of what was put again with the new one', async () => {
    const [one, two] = [modelOf('one'), modelOf('two')];
    const id = await say('a', one, 'a heron');
    expect(await say('a', two, 'a heron')).toBe(id);
    const upkeep = startWith(two);
    expect(await upkeep.enqueue()).toBe(1);
    await workUntilDone(upkeep);
    expect([await outdated.count('two'), await totals('two'), await totals('one')]).toEqual([0, 1, 0]);
  });

  it('enqueues nothing while the model cannot be used, and leaves to people what was given up', async () => {
    const [one, two] = [modelOf('one'), modelOf('two')];
    const id = await say('a', one, 'a heron');
    const upkeep = startWith(two);
    const failure = { code: 'embedding_failed', message: 'no', retryable: false };
    two.failure = new JobError(failure);
    await expect(upkeep.enqueue()).rejects.toBe(two.failure);
    expect(await queue.stats()).toMatchObject({ waiting: 0 });

    two.failure = undefined;
    expect(await upkeep.enqueue()).toBe(1);
    two.failure = new JobError(failure);
    await workUntilDone(upkeep);
    const { assetId = '' } = (await world.database.getVersion(id)) ?? {};
    expect(await world.database.getAsset(assetId)).toMatchObject({
      status: 'index_partial',
      triageState: 'quarantined',
    });
    two.failure = undefined;
    expect([await upkeep.isNeeded(), await upkeep.enqueue()]).toEqual([true, 0]);
    // By whatever way its vectors are made in the end, there is nothing to decide then.
    await upkeep.refresh(id, 'two', NO_SIGNAL);
    expect(await world.database.getAsset(assetId)).toMatchObject({ status: 'indexed', triageState: 'none' });
  });

  it('takes vectors that are there already, and shows no version in the place of a newer one', async () => {
    const [one, two] = [modelOf('one'), modelOf('two')];
    const old = await say('a', one, 'a heron');
    const { length } = one.texts;
    const [vector = new Float32Array()] = await two.embed(['a heron']);
    const { id: segmentId = '' } = (await world.database.getTranscriptSegments(old))[0] ?? {};
    await world.database.upsertEmbeddings(old, [{ segmentId, model: 'two', vector }]);
    const upkeep = startWith(two);
    const made = two.texts.length;
    await upkeep.refresh(old, 'two', NO_SIGNAL);
    expect([two.texts.length, one.texts.length]).toEqual([made, length]);
    expect(await outdated.count('two')).toBe(0);

    const shown = await say('a', one, 'another heron');
    expect(await outdated.count('two')).toBe(1);
    await upkeep.refresh(old, 'one', NO_SIGNAL);
    await startWith(one).refresh(old, 'one', NO_SIGNAL);
    const { assetId = '' } = (await world.database.getVersion(old)) ?? {};
    expect(await world.database.getAsset(assetId)).toMatchObject({ currentVersionId: shown });
    expect(await world.database.getVersion(old)).toMatchObject({ publishState: 'ARCHIVED', embeddingModel: 'two' });
  });
});
