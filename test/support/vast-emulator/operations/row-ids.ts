import { Decimal, Field, Uint64, type DataType } from 'apache-arrow';
import { badRequest } from '../http/protocol-error.ts';
import type { Table } from '../store/table.ts';
import type { Value } from '../store/value.ts';
import { describeType, typeName, type ArrowField } from '../wire/arrow-types.ts';

export const ROW_ID = '$row_id';

/** Row ids of sorted tables do not fit 64 bits. */
const SORTED_OFFSET = 1n << 70n;
const PLAIN_TYPE = new Uint64();
const SORTED_TYPE = new Decimal(0, 38, 128);

/** The column of row ids: uint64, or decimal128(38, 0) in a sorted table. */
export function rowIdField(table: Table): ArrowField {
  return new Field<DataType>(ROW_ID, table.sortingKey.length > 0 ? SORTED_TYPE : PLAIN_TYPE, true);
}

/** How a row id looks to clients. */
export function rowIdValue(table: Table, rowId: number): bigint {
  return table.sortingKey.length > 0 ? SORTED_OFFSET + BigInt(rowId) : BigInt(rowId);
}

/**
 * Row ids that a client sent, each greater than the one before it. One that was never given out becomes a
 * number that no row has.
 *
 * @throws ProtocolError 400 when they are of a wrong type, null or out of order.
 */
export function readRowIds(table: Table, type: DataType, values: readonly Value[]): number[] {
  if (typeName(type) !== typeName(rowIdField(table).type))
    throw badRequest(`${ROW_ID} has the type ${describeType(type)}`);
  const offset = table.sortingKey.length > 0 ? SORTED_OFFSET : 0n;
  let last = -1;
  return values.map((value) => {
    if (value === null) throw badRequest(`${ROW_ID} is null`);
    const rowId = Number((value as bigint) - offset);
    if (rowId <= last) throw badRequest(`${ROW_ID} is not sorted`);
    last = rowId;
    return rowId;
  });
}
