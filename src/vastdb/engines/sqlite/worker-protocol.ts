import type { TableErrorKind } from '../../table-error.ts';
import type { ConnectionOptions } from './connection.ts';
import type { ColumnBatch, ScanRequest } from '../../engine.ts';
import type { Session } from './session.ts';

type SessionMethod =
  | 'select'
  | 'seek'
  | 'count'
  | 'insert'
  | 'update'
  | 'delete'
  | 'tryBegin'
  | 'commit'
  | 'rollback'
  | 'bytes'
  | 'forgetSchema';

/** Operations of a worker: methods of its session, and copying the log into the database. */
export type WorkerOperations = {
  readonly [M in SessionMethod]: (...args: Parameters<Session[M]>) => ReturnType<Session[M]>;
} & {
  /** @returns the number of a scan, which `nextBatch` and `closeScan` go by. */
  readonly openScan: (request: Omit<ScanRequest, 'signal'>) => number;
  /** Undefined when there are no more rows; the scan is closed then. */
  readonly nextBatch: (scan: number) => ColumnBatch | undefined;
  readonly closeScan: (scan: number) => void;
  readonly checkpoint: (mode: CheckpointMode) => void;
  readonly close: () => void;
};

/**
 * `passive` copies what it can and disturbs nobody. `truncate` also empties the log file, which
 * needs that nobody writes.
 */
export type CheckpointMode = 'passive' | 'truncate';

export interface WorkerRequest {
  readonly method: keyof WorkerOperations;
  readonly args: readonly unknown[];
}

export type WorkerAnswer =
  { readonly value: unknown } | { readonly error: { readonly kind: TableErrorKind; readonly message: string } };

export type WorkerData = ConnectionOptions;
