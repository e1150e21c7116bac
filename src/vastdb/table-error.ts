/**
 * - `unavailable`: the engine cannot be reached, or is busy; a retry may help.
 * - `full`: nothing can be written, since there is no space; reads go on.
 * - `conflict`: another transaction won; a retry may help.
 * - `duplicate`: a unique key was violated.
 * - `invalid`: the request names unknown tables or columns, or cannot be compiled. A defect of the caller.
 * - `corrupt`: the engine found its files damaged.
 */
export type TableErrorKind = 'unavailable' | 'full' | 'conflict' | 'duplicate' | 'invalid' | 'corrupt';

/** What the table layer throws. It knows no HTTP; stores translate it. */
export class TableError extends Error {
  readonly kind: TableErrorKind;

  constructor(kind: TableErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TableError';
    this.kind = kind;
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return this.kind === 'unavailable' || this.kind === 'conflict' || this.kind === 'full';
  }
}
