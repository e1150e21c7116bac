import type { RowHandle } from './row-handle.ts';
import type { RowId } from '../vastdb/engine.ts';

/** Row ids leave the store only in this disguise, so that no service can make or read one. */
export const toHandle = (rowId: RowId | undefined): RowHandle => {
  if (rowId === undefined) throw new TypeError('a row came back without its row id');
  return rowId as unknown as RowHandle;
};

export const toRowId = (handle: RowHandle): RowId => handle as unknown as RowId;
