import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeSearchable, type SearchableTranscript } from '../../../src/features/search/rules/searchable-transcript.ts';
import { storeTranscript } from '../../../src/features/search/services/transcript-store.ts';
import { VersionService } from '../../../src/features/search/services/version-service.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { describeOnEngines, type SearchWorld } from '../../support/search/search-world.ts';
import type { SearchDatabase } from '../../../src/features/search/repositories/search-database.ts';

/** Cues far apart, so that each is a segment of its own. */
const transcriptOf = (who: string, count: number): SearchableTranscript =>
  makeSearchable({
    language: 'en',
    cues: Array.from({ length: count }, (_, n) => {
      const startNs = BigInt(n) * 60_000_000_000n;
      return { startNs, endNs: startNs + 1_000_000_000n, text: `${who} says ${n}`, speaker: null, confidence: null };
    }),
  });

const textsOf = ({ segments }: SearchableTranscript): string[] => segments.map(({ text }) => text);

describeOnEngines('two transcripts of one version at once', (open) => {
  let world: SearchWorld;
  let versionId: string;
  beforeEach(async () => {
    world = await open();
    const { id: assetId } = await world.database.upsertAsset({ bucket: 'b', key: 'k' });
    ({ id: versionId } = await world.database.createVersion({ assetId, etag: 'e' }));
  });
  afterEach(() => world.dispose());

  async function kept(): Promise<string[]> {
    const segments = await world.database.getTranscriptSegments(versionId);
    return segments.filter(({ visibility }) => visibility !== 'SOFT_DELETED').map(({ text }) => text);
  }

  /** The database, where something happens between two of the transactions that a transcript is written by. */
  function interrupted(between: () => Promise<unknown>): SearchDatabase {
    return new Proxy<SearchDatabase>(world.database, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'upsertTranscriptSegments') return value.bind(target) as unknown;
        return async (...[id, all, hash]: Parameters<SearchDatabase['upsertTranscriptSegments']>) => {
          await target.upsertTranscriptSegments(id, all.slice(0, 2), hash);
          await between();
          return target.upsertTranscriptSegments(id, all.slice(2), hash);
        };
      },
    });
  }

  it('keeps the one that began last, whole, and refuses the other', async () => {
    const [ann, bob] = [transcriptOf('Ann', 5), transcriptOf('Bob', 3)];
    const first = storeTranscript(
      interrupted(() => storeTranscript(world.database, versionId, bob)),
      versionId,
      ann,
    );
    await expect(first).rejects.toMatchObject({ code: 'transcript_being_put', status: 409 });
    expect(await kept()).toEqual(textsOf(bob));
    await storeTranscript(world.database, versionId, ann);
    expect(await kept()).toEqual(textsOf(ann));
  });

  it('takes the same one twice', async () => {
    const ann = transcriptOf('Ann', 5);
    const twin = interrupted(() => storeTranscript(world.database, versionId, ann));
    await storeTranscript(twin, versionId, ann);
    expect(await kept()).toEqual(textsOf(ann));
  });

  it('publishes nothing of one that is half written, until it is whole', async () => {
    const versions = new VersionService(world.database, 'model');
    await storeTranscript(world.database, versionId, transcriptOf('Ann', 5));
    let refused: unknown;
    const bob = transcriptOf('Bob', 3);
    const whilePublished = interrupted(async () => {
      refused = await versions.publish(versionId).catch((error: unknown) => error);
    });
    await storeTranscript(whilePublished, versionId, bob);
    expect(refused).toMatchObject({ code: 'transcript_being_put' });
    expect(await world.database.getVersion(versionId)).toMatchObject({ publishState: 'STAGING' });
    await versions.publish(versionId);
    expect(await kept()).toEqual(textsOf(bob));
  });

  it('never keeps a mixture, however their writes come', async () => {
    const all = ['Ann', 'Bob', 'Cid'].map((who, index) => transcriptOf(who, 1_100 + 500 * index));
    const puts = await Promise.allSettled(all.map((each) => storeTranscript(world.database, versionId, each)));
    const reasons = puts.flatMap((put) => (put.status === 'rejected' ? [put.reason as AppError] : []));
    expect(reasons.every(({ code }) => code === 'transcript_being_put')).toBe(true);
    const done = all.filter((_, index) => puts[index]?.status === 'fulfilled');
    expect(done.map(textsOf)).toContainEqual(await kept());
  });
});
