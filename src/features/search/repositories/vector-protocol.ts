/** Messages to and from the thread that scans vectors. */

export type VectorRequest =
  /** Vectors of one version and model, one after the other, in shared memory. */
  | { readonly kind: 'add'; readonly block: number; readonly vectors: Float32Array }
  | { readonly kind: 'remove'; readonly block: number }
  | {
      readonly kind: 'scan';
      readonly query: Float32Array;
      readonly blocks: readonly ScannedBlock[];
      readonly count: number;
      readonly minScore: number;
    };

export interface ScannedBlock {
  readonly block: number;
  /** The rows to scan; by default all. */
  readonly rows?: Uint32Array;
}

/** The best first; of equal ones the first in the order of blocks and rows. */
export interface FoundVectors {
  readonly blocks: Uint32Array;
  readonly rows: Uint32Array;
  readonly scores: Float64Array;
  /** Vectors above the least score. */
  readonly total: number;
}
