import { AppError } from '../shared/errors.ts';
import type { CellTooLarge } from './mutation/cell-sizes.ts';

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
export function translateCellTooLarge(error: CellTooLarge): AppError {
  const largest = largestProperty(error.cell);
  const property = largest?.name ?? PROPERTY_OF_COLUMN[error.column] ?? error.column;
  const size = largest === undefined ? '' : `; ${property} takes ${largest.bytes} of them`;
  const what = largest === undefined ? 'it' : 'what is kept with it';
  return new AppError(
    'property_too_large',
    `body/${property}: ${what} has ${error.bytes} bytes as JSON${size}; ${error.maxBytes} are the most that can be kept`,
    { field: property, cause: error },
  );
}

/** The largest property of a JSON object; undefined for any other cell. */
function largestProperty(cell: unknown): { name: string; bytes: number } | undefined {
  if (typeof cell !== 'string' || !cell.startsWith('{')) return undefined;
  let largest: { name: string; bytes: number } | undefined;
  for (const [name, value] of Object.entries(JSON.parse(cell) as Record<string, unknown>)) {
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (largest === undefined || bytes > largest.bytes) largest = { name, bytes };
  }
  return largest;
}
