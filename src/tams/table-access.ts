import type { RowId } from '../vastdb/engine.ts';
import type { ManagedReader } from '../vastdb/managed-reader.ts';

/** Reads of repositories, inside a transaction or outside. */
export type TableReads = Pick<ManagedReader, 'select' | 'spans' | 'list' | 'inSnapshot'>;

/** A row that was read in this transaction and is about to be changed. Only the store looks inside. */
export type RowHandle = { readonly __handle: never };

/** Row ids leave the store only in this disguise, so that no service can make or read one. */
export const toHandle = (rowId: RowId | undefined): RowHandle => {
  if (rowId === undefined) throw new TypeError('a row came back without its row id');
  // Nothing is converted: the type alone hides the id.
  return rowId as unknown as RowHandle;
};

/** The id that `toHandle` was given. */
export const toRowId = (handle: RowHandle): RowId =>
  // `toHandle` alone makes handles.
  handle as unknown as RowId;
