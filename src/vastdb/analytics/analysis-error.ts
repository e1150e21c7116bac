/**
 * - `busy`: as many analyses run, and wait, as may.
 * - `deadline`: it took longer than it may.
 * - `cancelled`: whoever asked wants no answer any more.
 * - `too_large`: it needs more memory and disk than it may have.
 * - `missing`: the library that computes is not installed.
 */
export type AnalysisErrorKind = 'busy' | 'deadline' | 'cancelled' | 'too_large' | 'missing';

/** The reason why there is no answer although the tables may be well. Errors of the tables are TableErrors. */
export class AnalysisError extends Error {
  readonly kind: AnalysisErrorKind;

  constructor(kind: AnalysisErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AnalysisError';
    this.kind = kind;
  }
}
