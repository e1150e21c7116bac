import { DOT_PRODUCTS_WASM } from './dot-products.generated.ts';

const PAGE_BYTES = 65_536;
const ELEMENT_BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Vectors are copied here for the computation: as many as fit into the processor's near caches. */
const BATCH_BYTES = 2 * PAGE_BYTES;

type Compute = (vectors: number, count: number, dimension: number, query: number, scores: number) => void;

let compiled: object | undefined;

/**
 * Dot products of one query with vectors, some dozens at a time, by the processor's vector instructions: plain
 * JavaScript takes four times as long. Sums are in single precision, as the vectors are.
 */
export class DotProducts {
  /** How many vectors fit in. */
  readonly capacity: number;
  /** Where the vectors go, one after the other. */
  readonly vectors: Float32Array;
  readonly #query: Float32Array;
  readonly #scores: Float32Array;
  readonly #compute: Compute;

  constructor(query: Float32Array) {
    const dimension = query.length;
    this.capacity = Math.max(1, Math.floor(BATCH_BYTES / (dimension * ELEMENT_BYTES)));
    const elements = (this.capacity + 1) * dimension + this.capacity;
    const memory = new WebAssembly.Memory({ initial: Math.ceil((elements * ELEMENT_BYTES) / PAGE_BYTES) });
    this.vectors = new Float32Array(memory.buffer, 0, this.capacity * dimension);
    this.#query = new Float32Array(memory.buffer, this.vectors.byteLength, dimension);
    this.#scores = new Float32Array(memory.buffer, this.#query.byteOffset + this.#query.byteLength, this.capacity);
    this.#query.set(query);
    compiled ??= new WebAssembly.Module(Buffer.from(DOT_PRODUCTS_WASM, 'base64'));
    const { exports } = new WebAssembly.Instance(compiled, { host: { memory } });
    this.#compute = exports['dotProducts'] as Compute;
  }

  /** Products of the first `count` vectors; valid until the next call. */
  of(count: number): Float32Array {
    const { vectors } = this;
    this.#compute(vectors.byteOffset, count, this.#query.length, this.#query.byteOffset, this.#scores.byteOffset);
    return this.#scores;
  }
}
