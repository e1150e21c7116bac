import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { DOT_PRODUCTS_WASM } from '../../../../src/features/search/repositories/dot-products/dot-products.generated.ts';
import { DotProducts } from '../../../../src/features/search/repositories/dot-products/dot-products.ts';

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, element, index) => sum + element * (b[index] ?? 0), 0);

describe('dot products', () => {
  it('are what adding up one by one gives, for any dimension and number of vectors', () => {
    const vectors = fc
      .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 9 }))
      .chain(([dimension, count]) => {
        const vector = fc.float32Array({ minLength: dimension, maxLength: dimension, min: -1, max: 1, noNaN: true });
        return fc.tuple(vector, fc.array(vector, { minLength: count, maxLength: count }));
      });
    fc.assert(
      fc.property(vectors, ([query, others]) => {
        const products = new DotProducts(query);
        others.forEach((other, index) => products.vectors.set(other, index * query.length));
        const scores = products.of(others.length);
        others.forEach((other, index) => expect(scores[index]).toBeCloseTo(dot(query, other), 4));
      }),
    );
  });

  it('have room for as many as they say, and for one of any length', () => {
    const products = new DotProducts(new Float32Array(384).fill(0.5));
    products.vectors.fill(0.25);
    expect(products.vectors).toHaveLength(products.capacity * 384);
    expect([...products.of(products.capacity)].slice(0, products.capacity)).toEqual(
      Array.from({ length: products.capacity }, () => 48),
    );
    expect(new DotProducts(new Float32Array(100_000)).capacity).toBe(1);
  });

  it('are computed by what dot-products.wat says', async () => {
    const source = new URL(
      '../../../../src/features/search/repositories/dot-products/dot-products.wat',
      import.meta.url,
    );
    const assembler = await wabt();
    const { buffer } = assembler.parseWat('dot-products.wat', await readFile(source)).toBinary({});
    expect(Buffer.from(buffer).toString('base64')).toBe(DOT_PRODUCTS_WASM);
  });
});
