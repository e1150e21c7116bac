import { TableError, type TableErrorKind } from '../../../table-error.ts';

interface VastErrorDetails {
  /** Status of the answer; undefined if there was none. */
  readonly status?: number;
  /** Code in the answer's XML, such as `SlowDown`. */
  readonly code?: string;
  /** The request may have been done although it failed: its answer was lost. */
  readonly mayBeDone?: boolean;
  readonly cause?: unknown;
}

/** A request to the cluster that failed. Neither keys nor signatures are ever part of it. */
export class VastError extends TableError {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly mayBeDone: boolean;

  constructor(kind: TableErrorKind, message: string, details: VastErrorDetails = {}) {
    super(kind, message, details.cause);
    this.name = 'VastError';
    this.status = details.status;
    this.code = details.code;
    this.mayBeDone = details.mayBeDone ?? false;
  }
}
