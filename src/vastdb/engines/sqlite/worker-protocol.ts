import type { TableErrorKind } from '../../table-error.ts';
import type { ConnectionOptions } from './connection.ts';
import type { Session } from './session.ts';

type SessionMethod =
  'select' | 'count' | 'insert' | 'update' | 'delete' | 'tryBegin' | 'commit' | 'rollback' | 'bytes' | 'forgetSchema';

/** What a worker can be asked for: methods of its session, and to copy the log into the database. */
export type WorkerOperations = {
  readonly [M in SessionMethod]: (...args: Parameters<Session[M]>) => ReturnType<Session[M]>;
} & {
  readonly checkpoint: (mode: CheckpointMode) => void;
  readonly close: () => void;
};

/**
 * `passive` copies what it can and disturbs nobody. `truncate` also empties the log file, which
 * needs that nobody writes.
 */
export type CheckpointMode = 'passive' | 'truncate';

export interface WorkerRequest {
  readonly id: number;
  readonly method: keyof WorkerOperations;
  readonly args: readonly unknown[];
}

export type WorkerResponse =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly kind: TableErrorKind; readonly message: string } };

export type WorkerData = ConnectionOptions;
