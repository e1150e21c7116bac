import { wordsOf } from './query-text.ts';

/** A segment's text as a vector of unit length, in the space of a model. There is one for each segment and model. */
export interface EmbeddingInput {
  readonly segmentId: string;
  readonly model: string;
  readonly vector: Float32Array;
}

/** Turns texts into vectors. */
export interface Embedder {
  /** Vectors of different models are never compared. */
  readonly model: string;
  readonly dimension: number;
  /** One vector of unit length for each text, in their order; the zero vector for a text without words. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

/** Letters in a row that are hashed; the word's ends count as letters. */
const GRAM_SIZES = [3, 4] as const;
/** A word as a whole counts as much as all its parts, which make up for inflections and misspellings. */
const WORD_WEIGHT = 1;
const GRAMS_WEIGHT = 1;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Words and their letter n-grams, hashed into signed dimensions. No model and no download; it is lexical, not semantic:
 * it finds other forms and spellings of a word, but no synonyms.
 */
export class HashingEmbedder implements Embedder {
  readonly model: string;
  readonly dimension: number;

  constructor(dimension = 384) {
    this.dimension = dimension;
    // A change of the hashed features is another model.
    this.model = `hashing-1-${dimension}`;
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    return texts.map((text) => this.#embed(text));
  }

  #embed(text: string): Float32Array {
    const counts = new Map<string, number>();
    for (const { folded } of wordsOf(text)) counts.set(folded, (counts.get(folded) ?? 0) + 1);
    const vector = new Float32Array(this.dimension);
    for (const [word, count] of counts) {
      // A word that is repeated says little more; long words are rarer than short ones.
      const weight = (1 + Math.log(count)) * Math.min(word.length, 8) ** 0.5;
      this.#add(vector, `=${word}`, weight * WORD_WEIGHT);
      const ends = `^${word}$`;
      const grams = GRAM_SIZES.flatMap((size) =>
        Array.from({ length: Math.max(0, ends.length - size + 1) }, (_, at) => ends.slice(at, at + size)),
      );
      for (const gram of grams) this.#add(vector, gram, (weight * GRAMS_WEIGHT) / Math.sqrt(grams.length));
    }
    return toUnitLength(vector);
  }

  #add(vector: Float32Array, feature: string, weight: number): void {
    const hash = hashOf(feature);
    const at = (hash >>> 1) % this.dimension;
    vector[at] = (vector[at] ?? 0) + (hash % 2 === 0 ? weight : -weight);
  }
}

/** Scales in place. The zero vector stays what it is. */
export function toUnitLength(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const element of vector) sum += element * element;
  if (sum === 0) return vector;
  const scale = 1 / Math.sqrt(sum);
  for (let index = 0; index < vector.length; index += 1) vector[index] = (vector[index] ?? 0) * scale;
  return vector;
}

/** FNV-1a over UTF-16 units, its bits mixed once more: it is weak in the low ones. */
function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
