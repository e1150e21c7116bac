import { resolve } from 'node:path';
import { ConfigError, type Environment } from '../../config/environment.ts';
import type { Settings } from '../../tams/settings.ts';
import * as syntax from '../../config/text-syntax.ts';

/** All that it reads. */
export const SEARCH_VARIABLES: readonly string[] = [
  'SEARCH',
  'SEARCH_WORKERS',
  'SEARCH_JOB_TIMEOUT_S',
  'SEARCH_EMBEDDER',
  'SEARCH_EMBEDDING_URL',
  'SEARCH_EMBEDDING_MODEL',
  'SEARCH_EMBEDDING_API_KEY',
  'SEARCH_MODEL_DIR',
  'SEARCH_EMBEDDING_DIMENSION',
  'SEARCH_TRANSCRIBER',
  'SEARCH_TRANSCRIPTION_URL',
  'SEARCH_TRANSCRIPTION_MODEL',
  'SEARCH_TRANSCRIPTION_API_KEY',
  'SEARCH_WATCH',
  'SEARCH_WATCH_INTERVAL_S',
  'SEARCH_RETENTION_S',
];

/** A server of inference that speaks OpenAI's API. */
export interface InferenceConfig {
  /** Before `/v1/...`; without a slash at its end. */
  readonly url: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
}

export type EmbedderConfig =
  | { readonly type: 'hashing' }
  | ({ readonly type: 'http' } & InferenceConfig)
  | { readonly type: 'onnx'; readonly modelDir: string };

/** Objects that are looked for by listing. */
interface WatchedPrefix {
  readonly bucket: string;
  readonly prefix: string;
}

export interface SearchConfig {
  /** Whether there is a media search at all: tables, routes, workers. */
  readonly enabled: boolean;
  /** Jobs that run at once in this process; 0: none. */
  readonly workers: number;
  readonly jobTimeoutMs: number;
  readonly embedder: EmbedderConfig;
  /** Numbers of a vector. It is part of the table: another one needs another installation. */
  readonly dimension: number;
  /** Undefined: only media with a transcript beside them are indexed. */
  readonly transcriber: InferenceConfig | undefined;
  readonly watched: readonly WatchedPrefix[];
  readonly watchIntervalMs: number;
  /** How long versions are kept after another has followed them, and jobs after they were done. */
  readonly retentionMs: number;
}

const DAY_S = 86_400;
const WEEK_S = 604_800;
const TEN_YEARS_S = 315_360_000;

/** The settings of media search. Those that would be without effect are a ConfigError. */
export function readSearch(env: Environment, buckets: Settings['media']['buckets']): SearchConfig {
  const watched = env.parsed('SEARCH_WATCH', PREFIX_LIST) ?? [];
  const unknown = watched.find(({ bucket }) => !Object.hasOwn(buckets, bucket));
  if (unknown !== undefined) {
    const known = Object.keys(buckets).join(', ');
    throw new ConfigError(`SEARCH_WATCH names the bucket ${unknown.bucket}; this server has ${known}.`);
  }
  return {
    enabled: env.flag('SEARCH') ?? true,
    workers: env.integer('SEARCH_WORKERS', { default: 1, min: 0, max: 64 }),
    jobTimeoutMs: env.integer('SEARCH_JOB_TIMEOUT_S', { default: 3600, min: 1, max: WEEK_S }) * 1000,
    embedder: readEmbedder(env),
    dimension: env.integer('SEARCH_EMBEDDING_DIMENSION', { default: 384, min: 1, max: 4096 }),
    transcriber: readTranscriber(env),
    watched,
    watchIntervalMs: env.integer('SEARCH_WATCH_INTERVAL_S', { default: 60, min: 1, max: DAY_S }) * 1000,
    retentionMs: env.integer('SEARCH_RETENTION_S', { default: WEEK_S, min: 1, max: TEN_YEARS_S }) * 1000,
  };
}

function readEmbedder(env: Environment): EmbedderConfig {
  const type = env.choice('SEARCH_EMBEDDER', ['hashing', 'http', 'onnx']) ?? 'hashing';
  const http = readInference(env, 'SEARCH_EMBEDDING', type === 'http', 'SEARCH_EMBEDDER is http');
  const modelDir = env.text('SEARCH_MODEL_DIR');
  if (modelDir !== undefined && type !== 'onnx') throw withoutEffect('SEARCH_MODEL_DIR', 'SEARCH_EMBEDDER is onnx');
  if (http !== undefined) return { type: 'http', ...http };
  if (type !== 'onnx') return { type: 'hashing' };
  if (modelDir === undefined) throw new ConfigError('SEARCH_MODEL_DIR is not set; SEARCH_EMBEDDER=onnx needs it.');
  return { type, modelDir: resolve(modelDir) };
}

function readTranscriber(env: Environment): InferenceConfig | undefined {
  const isHttp = env.choice('SEARCH_TRANSCRIBER', ['none', 'http']) === 'http';
  return readInference(env, 'SEARCH_TRANSCRIPTION', isHttp, 'SEARCH_TRANSCRIBER is http');
}

/** `_URL`, `_MODEL` and `_API_KEY` of a server, where one is wanted. */
function readInference(
  env: Environment,
  name: 'SEARCH_EMBEDDING' | 'SEARCH_TRANSCRIPTION',
  wanted: boolean,
  condition: string,
): InferenceConfig | undefined {
  const url = env.parsed(`${name}_URL`, SERVER_URL);
  const model = env.text(`${name}_MODEL`);
  const apiKey = env.parsed(`${name}_API_KEY`, syntax.secretText(1));
  if (wanted) {
    if (url === undefined) throw new ConfigError(`${name}_URL is not set; it is needed where ${condition}.`);
    if (model === undefined) throw new ConfigError(`${name}_MODEL is not set; it is needed where ${condition}.`);
    return { url, model, apiKey };
  }
  for (const [part, value] of Object.entries({ URL: url, MODEL: model, API_KEY: apiKey })) {
    if (value !== undefined) throw withoutEffect(`${name}_${part}`, condition);
  }
  return undefined;
}

const withoutEffect = (variable: string, condition: string): ConfigError =>
  new ConfigError(`${variable} has no effect unless ${condition}; set that or unset ${variable}.`);

const SERVER_URL: syntax.TextSyntax<string> = {
  parse: (text) => {
    const url = syntax.BASE_URL.parse(text);
    return url?.endsWith('/v1') === true ? undefined : url;
  },
  takes: `${syntax.BASE_URL.takes}: what stands before /v1/..., so without /v1`,
  // Keys are put into URLs by mistake.
  secret: true,
};

const PREFIX_LIST: syntax.TextSyntax<WatchedPrefix[]> = {
  parse: (text) => {
    const items = text.split(',').map((item) => /^([^/\s]+)(?:\/(.*))?$/.exec(item.trim()));
    if (items.some((match) => match === null)) return undefined;
    return items.map((match) => ({ bucket: match?.[1] ?? '', prefix: match?.[2] ?? '' }));
  },
  takes: 'a comma-separated list of buckets, each alone or with a prefix of keys: bucket/prefix',
};
