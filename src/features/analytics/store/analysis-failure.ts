import { AppError } from '../../../shared/errors.ts';
import { AnalysisError } from '../../../vastdb/analytics/analysis-error.ts';
import { translateTableFailure } from '../../../tams/table-failure.ts';

const RETRY_AFTER_S = 5;

/** Translates failures of the analytics for clients. */
export function translateAnalysisFailure(error: unknown): unknown {
  if (!(error instanceof AnalysisError)) return translateTableFailure(error);
  const options = { retryAfterS: RETRY_AFTER_S, cause: error };
  switch (error.kind) {
    case 'busy':
      return new AppError('overloaded', 'as many analyses run as may; try again later', options);
    case 'deadline':
    case 'cancelled':
      return new AppError('deadline_exceeded', 'the analysis took longer than it may; ask for less', options);
    case 'too_large':
      return new AppError('analysis_too_large', 'the analysis needs more memory than it may have; ask for less', {
        cause: error,
      });
    case 'missing':
      return new AppError('analytics_unavailable', 'DuckDB, which computes, is not installed on this server', {
        cause: error,
      });
  }
}
