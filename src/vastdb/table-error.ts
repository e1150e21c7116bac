/**
 * - `unavailable`: the engine cannot be reached, or is busy; a retry may help.
 * - `busy`: no connection to the engine came free in time; nothing was done, and a retry may help.
 * - `outcome_unknown`: the connection was lost at a commit, and its outcome cannot be found out: no retry before a look.
 * - `full`: nothing can be written, since there is no space; reads go on.
 * - `conflict`: another transaction won; a retry may help.
 * - `duplicate`: a unique key was violated.
 * - `too_large`: a cell is larger than the engine takes; nothing was written. See `CellTooLarge`.
 * - `invalid`: the request names unknown tables or columns, or cannot be compiled. A defect of the caller.
 * - `corrupt`: the engine found its files damaged.
 */
export type TableErrorKind =
  'unavailable' | 'busy' | 'outcome_unknown' | 'full' | 'conflict' | 'duplicate' | 'too_large' | 'invalid' | 'corrupt';

/** Errors of the table layer. It knows no HTTP: `VastDBManagerOptions.translate` does. */
export class TableError extends Error {
  readonly kind: TableErrorKind;
  /** When a retry makes sense, where the engine knows. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: TableErrorKind, message: string, cause?: unknown, retryAfterMs?: number) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TableError';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return ['unavailable', 'busy', 'conflict', 'full'].includes(this.kind);
  }
}
