import type { Embedder } from '../rules/embedding.ts';
import { HashingEmbedder } from '../rules/hashing-embedder.ts';
import type { EmbedderConfig } from '../search-settings.ts';
import { HttpEmbedder } from './http-embedder.ts';
import { OnnxEmbedder } from './onnx-embedder.ts';

/** The embedder that is configured. It loads and asks nothing until it makes vectors. */
export function openEmbedder(config: EmbedderConfig, dimension: number): Embedder {
  if (config.type === 'http') return new HttpEmbedder({ ...config, dimension });
  if (config.type === 'onnx') return new OnnxEmbedder(config.modelDir, dimension);
  return new HashingEmbedder(dimension);
}
