import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { VISIBILITIES } from '../../../src/features/search/rules/version.ts';
import { embeddingsOf, openSearchWorld, type SearchWorld, semantic, stage } from '../../support/search/search-world.ts';
import { seededRandom } from '../../support/vast-emulator/seeded-random.ts';

const KEYS = ['a', 'b', 'c'];
const ETAGS = ['1', '2'];
const STEPS = 60;
const ALL = { limit: 1_000, offset: 0 };

/** What search may return, as the rule says it, from what the database tells of assets, versions and segments. */
describe('whatever is done to assets and versions', () => {
  let world: SearchWorld | undefined;
  afterEach(async () => {
    await world?.dispose();
  });

  it.each([1, 2, 3, 4, 5])(
    'search shows what is ACTIVE, current and not removed, and nothing else (%i)',
    async (seed) => {
      world = await openSearchWorld();
      const { database } = world;
      const other = world.otherDatabase();
      const random = seededRandom(seed);
      const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
      const assets = new Map<string, Set<string>>();
      const known = new Map<string, readonly string[]>();

      const step = async (): Promise<void> => {
        const key = oneOf(KEYS);
        const versionId = known.size === 0 ? undefined : oneOf([...known.keys()]);
        const kind = Math.floor(random() * 9);
        if (kind <= 2 || versionId === undefined) {
          const etag = oneOf(ETAGS);
          const texts = [0, 1, 2].map((index) => `said ${key} ${etag} ${index}`);
          const { asset, version, segmentIds } = await stage(database, { bucket: 'b', key }, etag, texts);
          assets.set(asset.id, (assets.get(asset.id) ?? new Set()).add(version.id));
          known.set(version.id, segmentIds);
          return;
        }
        const assetId = [...assets].find(([, versions]) => versions.has(versionId))?.[0] ?? '';
        const segmentIds = [oneOf(known.get(versionId) ?? [])];
        if (kind === 3 || kind === 4) await database.setCurrentVersion(assetId, versionId);
        else if (kind === 5) await database.tombstoneAsset(assetId);
        else if (kind === 6) await database.execute((tx) => tx.setTranscriptVisibility(versionId, oneOf(VISIBILITIES)));
        else if (kind === 7) await database.execute((tx) => tx.setEmbeddingVisibility(versionId, oneOf(VISIBILITIES)));
        else await database.softDeleteTranscriptSegments(versionId, segmentIds);
      };

      for (let count = 0; count < STEPS; count += 1) {
        // What is refused changes nothing, which is looked at too: a published version that is written anew, say.
        await step().catch((error: unknown) => {
          if (!(error instanceof AppError)) throw error;
        });
        const segments: string[] = [];
        const vectors: string[] = [];
        for (const [assetId, versionIds] of assets) {
          const asset = await database.getAsset(assetId);
          for (const versionId of versionIds) {
            const version = await database.getVersion(versionId);
            const shown = asset?.tombstonedMs === null && asset.currentVersionId === versionId;
            if (!shown || version?.publishState !== 'ACTIVE') continue;
            const active = (await database.getTranscriptSegments(versionId)).filter(
              (each) => each.visibility === 'ACTIVE',
            );
            segments.push(...active.map(({ id }) => id));
            const model = 'hashing-1-384';
            const isNear = version.embeddingVisibility === 'ACTIVE';
            const near = isNear ? await embeddingsOf(world.manager, versionId, model) : [];
            vectors.push(...near.map(({ segment_id: id }) => id).filter((id) => active.some((each) => each.id === id)));
          }
        }
        const found = await database.keywordSearch({ text: 'said', ...ALL });
        expect(found.hits.map(({ segmentId }) => segmentId).sort()).toEqual(segments.sort());
        expect(found.total).toBe(segments.length);
        // The one looks at every step, the other now and then: its memory is older.
        const near = await semantic(count % 7 === 0 ? other : database, 'said', { ...ALL, minScore: 0.01 });
        expect(near.hits.map(({ segmentId }) => segmentId).sort()).toEqual(vectors.sort());
      }
      expect(known.size).toBeGreaterThan(3);
    },
  );
});
