import type { SearchDatabase } from '../../../src/features/search/repositories/search-database.ts';
import { toUnitLength } from '../../../src/features/search/rules/embedding.ts';
import { seededRandom } from '../../support/vast-emulator/seeded-random.ts';

export interface SearchData {
  readonly dimension: number;
  readonly model: string;
  readonly queries: readonly { readonly text: string; readonly vector: Float32Array }[];
  readonly write: (database: SearchDatabase) => Promise<void>;
}

const DIMENSION = 384;
const MODEL = 'random';
const SEGMENTS_PER_ASSET = 100;
const ASSETS_PER_TRANSACTION = 20;
const WORDS_PER_SEGMENT = 14;
const VOCABULARY = 50_000;
/** Words are as frequent as in language (Zipf); the most frequent are what nobody searches for. */
const ASKED_FROM = 100;
const ASKED_TO = 5_000;

/** Segments of random words, vectors of random directions for the first of them, and queries of one to three words. */
export function plantSearchData(size: { segments: number; embedded: number; queries: number }): SearchData {
  const random = seededRandom(1);
  const vector = (): Float32Array => toUnitLength(Float32Array.from({ length: DIMENSION }, () => random() - 0.5));
  const asked = (): string => word(ASKED_FROM + Math.floor(random() * (ASKED_TO - ASKED_FROM)));
  const frequentWord = zipf(random);
  const sentence = (): string => Array.from({ length: WORDS_PER_SEGMENT }, () => word(frequentWord())).join(' ');
  const assets = size.segments / SEGMENTS_PER_ASSET;
  return {
    dimension: DIMENSION,
    model: MODEL,
    queries: Array.from({ length: size.queries }, (_, index) => ({
      text: Array.from({ length: 1 + (index % 3) }, asked).join(index % 6 < 3 ? ' ' : ' OR '),
      vector: vector(),
    })),
    async write(database) {
      for (let first = 0; first < assets; first += ASSETS_PER_TRANSACTION) {
        await database.execute(async (tx) => {
          for (let asset = first; asset < Math.min(first + ASSETS_PER_TRANSACTION, assets); asset += 1) {
            const { id: assetId } = await tx.upsertAsset({ bucket: 'bench', key: `${asset}.mp4` });
            const { id } = await tx.createVersion({ assetId, etag: 'etag' });
            const segments = Array.from({ length: SEGMENTS_PER_ASSET }, (_, position) => ({
              chunking: 'bench',
              position,
              startNs: BigInt(position) * 5_000_000_000n,
              endNs: BigInt(position + 1) * 5_000_000_000n,
              text: sentence(),
              speaker: null,
              confidence: null,
            }));
            await tx.upsertTranscriptSegments(id, segments);
            if (asset * SEGMENTS_PER_ASSET < size.embedded) {
              const embeddings = segments.map(({ position }) => ({
                segmentId: `${id}:bench:${position}`,
                model: MODEL,
                vector: vector(),
              }));
              await tx.upsertEmbeddings(id, embeddings);
            }
            await tx.setCurrentVersion(assetId, id);
          }
        });
      }
    },
  };
}

const word = (rank: number): string => `w${rank.toString(36)}`;

/** Ranks by Zipf's law: by bisection in the sums of their frequencies. */
function zipf(random: () => number): () => number {
  const sums = new Float64Array(VOCABULARY);
  let sum = 0;
  for (let rank = 0; rank < VOCABULARY; rank += 1) sums[rank] = sum += 1 / (rank + 2.7);
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = VOCABULARY - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
