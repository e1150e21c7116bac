import type { WorkerStatus } from './worker-loop.ts';

/** After this many failed rounds in a row, a worker is not expected to recover by itself. */
const FAILURES_MAX = 3;

/** Why a worker counts as failing, as one text with its name; undefined while it is well. */
export function workerFailure(worker: WorkerStatus): string | undefined {
  const { name, running, failuresInRow, lastFailure, busySince, overdue } = worker;
  if (!running) return `${name}: ${lastFailure ?? 'it does not run'}`;
  if (failuresInRow >= FAILURES_MAX) return `${name}: ${lastFailure ?? 'it fails'}`;
  if (overdue) return `${name}: its round does not end, since ${new Date(busySince ?? 0).toISOString()}`;
  return undefined;
}
