import type { Environment } from '../../config/environment.ts';
import type { Settings } from '../../tams/settings.ts';

/** All that it reads. */
export const ANALYTICS_VARIABLES: readonly string[] = [
  'ANALYTICS_MEMORY_MIB',
  'ANALYTICS_THREADS',
  'ANALYTICS_CONCURRENCY',
  'ANALYTICS_TIMEOUT_S',
];

/** Limits of all analyses together. */
export interface AnalyticsConfig {
  readonly memoryMib: number;
  readonly threads: number;
  /** Analyses that run at once, and as many exports. */
  readonly concurrency: number;
  readonly timeoutMs: number;
}

const MEMORY_MIB_MIN = 64;

export const readAnalytics = (env: Environment, { memory }: Settings): AnalyticsConfig => ({
  memoryMib: env.integer('ANALYTICS_MEMORY_MIB', {
    default: Math.max(MEMORY_MIB_MIN, memory.analyses),
    min: MEMORY_MIB_MIN,
    max: 1_048_576,
  }),
  threads: env.integer('ANALYTICS_THREADS', { default: 2, min: 1, max: 256 }),
  concurrency: env.integer('ANALYTICS_CONCURRENCY', { default: 2, min: 1, max: 64 }),
  timeoutMs: env.integer('ANALYTICS_TIMEOUT_S', { default: 60, min: 1, max: 86_400 }) * 1000,
});

export function partOfAnalytics(config: AnalyticsConfig, processes: number): AnalyticsConfig {
  const part = (whole: number, least: number): number => Math.max(least, Math.ceil(whole / processes));
  return {
    ...config,
    memoryMib: part(config.memoryMib, MEMORY_MIB_MIN),
    threads: part(config.threads, 1),
    concurrency: part(config.concurrency, 1),
  };
}
