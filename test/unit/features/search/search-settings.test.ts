import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../../src/settings.ts';

const HTTP = { SEARCH_EMBEDDER: 'http', SEARCH_EMBEDDING_URL: 'http://models:8080/', SEARCH_EMBEDDING_MODEL: 'm' };
const S3 = { MEDIA_STORE: 's3', S3_BUCKET: 'news', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' };

function refusal(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the configuration of media search', () => {
  it('has defaults that need nothing', () => {
    const { buckets, backends } = loadConfig({}).media;
    expect(buckets).toEqual({ local: backends[0]?.id });
    expect(loadConfig({}).features.search).toEqual({
      enabled: true,
      workers: 1,
      jobTimeoutMs: 3_600_000,
      embedder: { type: 'hashing' },
      dimension: 384,
      transcriber: undefined,
      watched: [],
      watchIntervalMs: 60_000,
      retentionMs: 604_800_000,
    });
  });

  it('reads servers of models', () => {
    const { embedder } = loadConfig({ ...HTTP, SEARCH_EMBEDDING_API_KEY: 'sk-1' }).features.search;
    expect(embedder).toEqual({ type: 'http', url: 'http://models:8080', model: 'm', apiKey: 'sk-1' });
    expect(loadConfig({ SEARCH_EMBEDDER: 'onnx', SEARCH_MODEL_DIR: '/models/m' }).features.search.embedder).toEqual({
      type: 'onnx',
      modelDir: '/models/m',
    });
  });

  it('reads prefixes of buckets', () => {
    expect(loadConfig({ ...S3, SEARCH_WATCH: 'news/2026/, news' }).features.search.watched).toEqual([
      { bucket: 'news', prefix: '2026/' },
      { bucket: 'news', prefix: '' },
    ]);
  });

  it.each([
    ['a server without URL', { SEARCH_EMBEDDER: 'http', SEARCH_EMBEDDING_MODEL: 'm' }, 'SEARCH_EMBEDDING_URL'],
    ['a server without model', { SEARCH_EMBEDDER: 'http', SEARCH_EMBEDDING_URL: 'http://a' }, 'SEARCH_EMBEDDING_MODEL'],
    ['a transcriber without URL', { SEARCH_TRANSCRIBER: 'http' }, 'SEARCH_TRANSCRIPTION_URL'],
    ['a key in a URL', { ...HTTP, SEARCH_EMBEDDING_URL: 'http://a/?key=sk-1' }, 'SEARCH_EMBEDDING_URL'],
    ['credentials in a URL', { ...HTTP, SEARCH_EMBEDDING_URL: 'http://u:sk-1@a' }, 'SEARCH_EMBEDDING_URL'],
    ['a key without effect', { SEARCH_EMBEDDING_API_KEY: 'sk-1' }, 'SEARCH_EMBEDDING_API_KEY'],
    ['a URL without effect', { SEARCH_TRANSCRIPTION_URL: 'http://a' }, 'SEARCH_TRANSCRIPTION_URL'],
    ['a folder without effect', { SEARCH_MODEL_DIR: '/m' }, 'SEARCH_MODEL_DIR'],
    ['a missing folder', { SEARCH_EMBEDDER: 'onnx' }, 'SEARCH_MODEL_DIR'],
    ['another embedder', { SEARCH_EMBEDDER: 'magic' }, 'SEARCH_EMBEDDER'],
    ['a URL with the /v1 of its endpoints', { ...HTTP, SEARCH_EMBEDDING_URL: 'http://a/v1/' }, 'SEARCH_EMBEDDING_URL'],
    ['a bucket that only every object in JavaScript has', { SEARCH_WATCH: 'constructor' }, 'SEARCH_WATCH'],
    ['an unknown bucket', { SEARCH_WATCH: 'elsewhere/a' }, 'SEARCH_WATCH'],
    ['no bucket', { SEARCH_WATCH: '/a' }, 'SEARCH_WATCH'],
  ])('refuses %s', (_what, env, variable) => {
    const message = refusal(env);
    expect(message).toMatch(new RegExp(`^${variable}\\b`));
    expect(message).not.toMatch(/[\r\n]/);
  });

  it('shows no key', () => {
    expect(refusal({ ...HTTP, SEARCH_EMBEDDING_URL: 'http://u:sk-1@a' })).not.toContain('sk-1');
    expect(refusal({ ...HTTP, SEARCH_EMBEDDING_URL: 'http://a/?key=sk-1' })).not.toContain('sk-1');
  });
});
