import type { MetricsJson } from '../operation/metrics/metrics-registry.ts';
import type { WindowCount } from '../operation/siblings.ts';
import { ConfigError } from '../config/environment.ts';
import { AppError } from '../shared/errors.ts';

/** A worker process's messages to the primary. */
export type ToPrimary =
  /** It listens. `announcement` is the first line of the log, for when all do. */
  | { readonly type: 'ready'; readonly announcement: string; readonly facts: object }
  | { readonly type: 'tell'; readonly topic: string; readonly told: unknown }
  | { readonly type: 'wake'; readonly topic: string }
  | { readonly type: 'gather'; readonly id: number; readonly topic: string }
  | { readonly type: 'answer'; readonly id: number; readonly topic: string; readonly value: unknown }
  | { readonly type: 'count'; readonly id: number; readonly keys: readonly string[] }
  /** Its counters, before it ends: sums over all processes must not fall. */
  | { readonly type: 'counters'; readonly metrics: MetricsJson };

/** The primary's messages to a worker process. */
export type ToWorker =
  | { readonly type: 'background' }
  /** Another one has taken its place. */
  | { readonly type: 'retire' }
  | { readonly type: 'told'; readonly topic: string; readonly told: unknown }
  | { readonly type: 'woken'; readonly topic: string }
  | { readonly type: 'question'; readonly id: number; readonly topic: string }
  | { readonly type: 'gathered'; readonly id: number; readonly values: readonly unknown[] }
  | { readonly type: 'counted'; readonly id: number; readonly counts: readonly WindowCount[] };

/** Ends a process that cannot start, with one line that says why. */
export function failToStart(error: unknown): never {
  // The message of an AppError is for clients; its cause says what is the matter.
  const problem = error instanceof AppError ? (error.cause ?? error) : error;
  const reason = problem instanceof Error ? problem.message : String(problem);
  process.stderr.write(`${error instanceof ConfigError ? 'Configuration' : 'Cannot start'}: ${reason}\n`);
  process.exit(1);
}
