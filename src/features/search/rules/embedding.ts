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
