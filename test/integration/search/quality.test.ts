import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchResult } from '../../../src/features/search/rules/search-query.ts';
import { plantCorpus } from '../../support/search/planted-corpus.ts';
import { embedder, openSearchWorld, publish, type SearchWorld } from '../../support/search/search-world.ts';

const DOCUMENTS = 1_000;
const QUERIES = 100;
const PER_ASSET = 100;

/** Whether what was planted is found, on the embedded engine and with the embedder that needs no model. */
describe('the quality of search', () => {
  let world: SearchWorld;
  const { documents, queries } = plantCorpus(DOCUMENTS, QUERIES);

  beforeAll(async () => {
    world = await openSearchWorld();
    for (let start = 0; start < DOCUMENTS; start += PER_ASSET) {
      const place = { bucket: 'corpus', key: String(start) };
      await publish(world.database, place, 'etag', documents.slice(start, start + PER_ASSET));
    }
  });
  afterAll(() => world.dispose());

  /** The share of the queries whose answer is among the first ten. */
  async function recall(search: (text: string, vector: Float32Array) => Promise<SearchResult>): Promise<number> {
    let found = 0;
    for (const { text, answer } of queries) {
      const [vector = new Float32Array()] = await embedder.embed([text]);
      const { hits } = await search(text, vector);
      if (hits.some((hit) => hit.text === documents[answer])) found += 1;
    }
    return found / queries.length;
  }

  it('is at least as good in a hybrid search as in either of its parts', async () => {
    const page = { limit: 10, offset: 0 };
    const { model } = embedder;
    const { database } = world;
    const keyword = await recall((text) => database.keywordSearch({ text, ...page }));
    const semantic = await recall((_, vector) => database.semanticSearch({ model, vector, ...page }));
    const hybrid = await recall((text, vector) => database.hybridSearch({ text, model, vector, ...page }));
    const weighted = await recall((text, vector) =>
      database.hybridSearch({ text, model, vector, fusion: 'weighted_sum', ...page }),
    );
    console.info(
      `recall in the first 10: keyword ${keyword}, semantic ${semantic}, hybrid ${hybrid}, weighted ${weighted}`,
    );
    // A search that finds nothing, or anything, would satisfy the comparison below.
    expect(keyword).toBeGreaterThan(0.3);
    expect(semantic).toBeGreaterThan(0.3);
    expect(hybrid).toBeGreaterThanOrEqual(Math.max(keyword, semantic));
    expect(weighted).toBeGreaterThanOrEqual(Math.max(keyword, semantic));
  });
});
