import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { OnnxEmbedder } from '../../../src/features/search/providers/embedders.ts';

const LIBRARY = '@huggingface/transformers';
const modelDir = process.env['TEST_ONNX_MODEL_DIR'] ?? '';
const dimension = Number(process.env['TEST_ONNX_DIMENSION'] ?? 384);

function isInstalled(): boolean {
  try {
    return existsSync(createRequire(import.meta.url).resolve(LIBRARY));
  } catch {
    return false;
  }
}

describe('the embedder in this process', () => {
  it.skipIf(isInstalled())('says how to install what it needs', async () => {
    await expect(new OnnxEmbedder('/models/some-model', 384).embed(['a'])).rejects.toMatchObject({
      code: 'embedding_failed',
      retryable: false,
      recommendedAction: 'fix_configuration',
      detail: expect.stringContaining(`npm install ${LIBRARY}`) as string,
    });
  });

  it('has the name of the folder as its model', () => {
    expect(new OnnxEmbedder('/models/some-model', 384).model).toBe('some-model');
  });

  it.skipIf(!isInstalled() || modelDir === '')(
    `puts what is alike near, and else apart (needs ${LIBRARY}, and the folder of a model in TEST_ONNX_MODEL_DIR)`,
    async () => {
      const embedder = new OnnxEmbedder(modelDir, dimension);
      const [dog, puppy, law] = await embedder.embed(['a dog barks', 'the puppy is barking', 'a tax on imports']);
      const cosine = (a?: Float32Array, b?: Float32Array): number =>
        a?.reduce((sum, element, at) => sum + element * (b?.[at] ?? 0), 0) ?? NaN;
      expect(cosine(dog, dog)).toBeCloseTo(1, 4);
      expect(cosine(dog, puppy)).toBeGreaterThan(cosine(dog, law) + 0.2);
    },
  );

  it.skipIf(!isInstalled() || modelDir === '')(
    `lets requests be answered while it computes (needs ${LIBRARY}, and a model in TEST_ONNX_MODEL_DIR)`,
    async () => {
      const embedder = new OnnxEmbedder(modelDir, dimension);
      const texts = Array.from({ length: 64 }, (_, index) => `${index} `.repeat(100));
      await embedder.embed(['warm']);
      let turns = 0;
      const turning = setInterval(() => (turns += 1), 1);
      const vectors = await embedder.embed(texts);
      clearInterval(turning);
      expect(vectors).toHaveLength(64);
      // A few for each batch would be left if the model ran in this thread.
      expect(turns).toBeGreaterThan(50);
    },
  );

  it.skipIf(!isInstalled() || modelDir === '')(
    `says what is missing in a folder without a model (needs ${LIBRARY})`,
    async () => {
      await expect(new OnnxEmbedder('/nowhere/model', dimension).embed(['a'])).rejects.toMatchObject({
        retryable: false,
        recommendedAction: 'fix_configuration',
        message: expect.stringContaining('config.json') as string,
      });
    },
  );
});
