import { AppError } from '../shared/errors.ts';
import { largestProperty } from './documents/document-limits.ts';
import { CellTooLarge } from '../vastdb/mutation/cell-sizes.ts';
import { TableError } from '../vastdb/table-error.ts';

/** Seconds after which a client may try again when the tables are unavailable. */
const RETRY_AFTER_S = 2;

/**
 * Translates a failure of the table layer for clients, once, where the manager gives it out. Its cause, which may have
 * paths of this machine, is only for the log. Kinds that are our defects (`invalid`, `duplicate`) pass unchanged and
 * become a 500.
 */
export function translateTableFailure(error: unknown): unknown {
  if (!(error instanceof TableError)) return error;
  const retryAfterS =
    error.retryAfterMs === undefined ? RETRY_AFTER_S : Math.max(1, Math.ceil(error.retryAfterMs / 1000));
  const options = { retryAfterS, cause: error };
  switch (error.kind) {
    case 'full':
      return new AppError('storage_full', 'there is no space left for the tables; reads go on', options);
    case 'unavailable':
    case 'conflict':
      return new AppError('tables_unavailable', 'the tables cannot serve this now; try again', options);
    case 'busy':
      return new AppError('tables_unavailable', 'all connections to the tables are busy; try again', options);
    case 'outcome_unknown':
      // Without Retry-After, which clients take for leave to send the same again.
      return new AppError('outcome_unknown', 'the write may have been done; read before you send it again', {
        cause: error,
      });
    case 'corrupt':
      return new AppError('tables_unavailable', 'the tables are damaged; see the server log', { cause: error });
    case 'too_large':
      return error instanceof CellTooLarge ? translateCellTooLarge(error) : error;
    case 'duplicate':
    case 'invalid':
      return error;
  }
}

/** Columns whose name differs from the client's property. */
const PROPERTY_OF_COLUMN: Readonly<Record<string, string>> = {
  external_urls: 'get_urls',
  locations: 'get_urls',
  value: 'tags',
};

/**
 * The property that a client must shorten when a row does not fit the engine: that of the cell, or the largest one of a
 * JSON document.
 */
function translateCellTooLarge(error: CellTooLarge): AppError {
  const document = documentIn(error);
  const largest = document && largestProperty(document);
  const property = largest?.name ?? PROPERTY_OF_COLUMN[error.column] ?? error.column;
  const size = largest === undefined ? '' : `; ${property} takes ${largest.bytes} of them`;
  const what = largest === undefined ? 'it' : 'what is kept with it';
  return new AppError(
    'property_too_large',
    `body/${property}: ${what} has ${error.bytes} bytes as JSON${size}; ${error.maxBytes} are the most that can be kept`,
    { field: property, cause: error },
  );
}

/** The JSON object in a cell; undefined for any other cell, such as a label that only begins like one. */
function documentIn({ column, cell }: CellTooLarge): object | undefined {
  if (typeof cell !== 'string' || !cell.startsWith('{')) return undefined;
  try {
    // Segments are kept without their closing brace.
    return JSON.parse(column === 'fragment' ? `${cell}}` : cell) as object;
  } catch {
    return undefined;
  }
}
