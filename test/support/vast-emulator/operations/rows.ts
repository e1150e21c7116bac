import { Type, type Data } from 'apache-arrow';
import { badRequest, notImplemented, ProtocolError } from '../http/protocol-error.ts';
import { isAtLeast, LIMITS } from '../settings.ts';
import type { Table, WrittenColumn } from '../store/table.ts';
import type { Transaction } from '../store/transaction.ts';
import { columnMessage, END_OF_STREAM, readBatch, schemaMessage } from '../wire/arrow-messages.ts';
import { typeName, type ArrowField } from '../wire/arrow-types.ts';
import { readValues } from '../wire/arrow-values.ts';
import type { Operations } from './operation.ts';
import { onTable } from './places.ts';
import { readRowIds, ROW_ID, rowIdField, rowIdValue } from './row-ids.ts';

/** The column by which writers give rows ids of their own. Here they are kept as values alone. */
const EXTERNAL_ROW_ID = 'vastdb_rowid';

interface BatchColumn {
  readonly field: ArrowField;
  readonly data: Data;
}

export const rowOperations: Operations = {
  POST: {
    name: 'rows.insert',
    run: (request, store, { version }) =>
      onTable(request, store, (table, transaction) => {
        const { columns, rows } = readColumns(request.body);
        if (columns.length === 0) throw notImplemented('an insert of no columns');
        const written = writtenColumns(table, transaction, columns);
        requireNoNulls(table, transaction, written);
        if (columns.some(({ field }) => field.name === EXTERNAL_ROW_ID)) table.noteExternalRowIds(transaction);
        const rowIds = table.insert(transaction, written, rows);
        if (!isAtLeast(version, [5, 1])) return { rowsReceived: rows };
        const field = rowIdField(table);
        const ids = rowIds.map((rowId) => rowIdValue(table, rowId));
        const messages = [schemaMessage([field]), columnMessage(field.type, ids), END_OF_STREAM];
        return { body: Buffer.concat(messages), rowsReceived: rows };
      }),
  },
  PUT: {
    name: 'rows.update',
    run: (request, store) =>
      onTable(request, store, (table, transaction) => {
        const { columns, rows } = readColumns(request.body);
        const { rowIds, others } = takeRowIds(table, columns);
        const sorted = others.find(({ field }) => table.sortingKey.includes(field.name));
        if (sorted !== undefined) throw badRequest(`${sorted.field.name} is in the sorting key`);
        if (others.length === 0) throw badRequest('an update of no columns');
        const written = writtenColumns(table, transaction, others);
        for (const { column, values } of written) requireValues(column.field, values);
        table.update(transaction, rowIds, written);
        return { rowsReceived: rows };
      }),
  },
  DELETE: {
    name: 'rows.delete',
    run: (request, store) =>
      onTable(request, store, (table, transaction) => {
        const { columns, rows } = readColumns(request.body);
        const { rowIds, others } = takeRowIds(table, columns);
        if (others.length > 0) throw badRequest('a delete takes row ids only');
        table.delete(transaction, rowIds);
        return { rowsReceived: rows };
      }),
  },
};

function readColumns(body: Buffer): { columns: BatchColumn[]; rows: number } {
  const batch = readBatch(body);
  if (batch.numRows > LIMITS.rows) throw badRequest(`a batch may have ${LIMITS.rows} rows`);
  const columns = (batch.schema.fields as ArrowField[]).map((field, index) => ({
    field,
    data: batch.data.children[index] as Data,
  }));
  return { columns, rows: batch.numRows };
}

/** `$row_id` has to come first. */
function takeRowIds(table: Table, [first, ...others]: BatchColumn[]): { rowIds: number[]; others: BatchColumn[] } {
  if (first?.field.name !== ROW_ID) throw badRequest(`the first column is not ${ROW_ID}`);
  return { rowIds: readRowIds(table, first.field.type, readValues(first.data)), others };
}

function writtenColumns(table: Table, transaction: Transaction, columns: readonly BatchColumn[]): WrittenColumn[] {
  return columns.map(({ field: { name, type, nullable }, data }) => {
    const column = table.column(transaction, name);
    if (typeName(type) !== typeName(column.field.type) || nullable !== column.field.nullable) {
      throw new ProtocolError(400, 'TabularMismatchColumnType', name);
    }
    requireSmallCells(name, data);
    return { column, values: readValues(data) };
  });
}

function requireSmallCells(name: string, data: Data): void {
  if (data.typeId !== Type.Utf8 && data.typeId !== Type.Binary) return;
  const offsets = data.valueOffsets as Int32Array;
  for (let index = 0; index < data.length; index += 1) {
    if ((offsets[index + 1] ?? 0) - (offsets[index] ?? 0) > LIMITS.cellBytes) {
      throw badRequest(`${name}: a cell may have ${LIMITS.cellBytes} bytes`);
    }
  }
}

function requireNoNulls(table: Table, transaction: Transaction, written: readonly WrittenColumn[]): void {
  for (const { field } of table.columns(transaction)) {
    const values = written.find(({ column }) => column.field.name === field.name)?.values;
    requireValues(field, values ?? [null]);
  }
}

function requireValues({ name, nullable }: ArrowField, values: WrittenColumn['values']): void {
  if (!nullable && values.includes(null)) throw badRequest(`null in ${name}`);
}
