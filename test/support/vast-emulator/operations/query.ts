import type { DataType } from 'apache-arrow';
import { header, numberHeader, type EmulatorAnswer, type EmulatorRequest } from '../http/emulator-request.ts';
import { badRequest, notImplemented, ProtocolError } from '../http/protocol-error.ts';
import { answerFrames, FINISHED, type Page } from '../query/answer.ts';
import { compileFilter } from '../query/filter.ts';
import { outputColumn, type OutputColumn } from '../query/output-column.ts';
import { RowSelector, type Split } from '../query/row-selection.ts';
import { LIMITS, type PageSettings } from '../settings.ts';
import type { SeenColumn, Table } from '../store/table.ts';
import type { Transaction } from '../store/transaction.ts';
import { ARROW_TYPE, readRelation, type NodePath, type RelationNode } from '../wire/relation.ts';
import type { Operations } from './operation.ts';
import { onTable } from './places.ts';
import { find } from './projections.ts';
import { ROW_ID, rowIdField, rowIdValue } from './row-ids.ts';

/** Not a split, but the question how many row groups a query touches; the official SDK asks it of sorted tables. */
const ESTIMATE_SPLIT = 0xfffffffc;

export const dataOperations: Operations = {
  GET: {
    name: 'data.query',
    run: (request, store, { pages }) =>
      onTable(request, store, (table, transaction) => query(request, table, transaction, pages)),
  },
  POST: {
    name: 'data.import',
    run: () => {
      throw notImplemented('imports');
    },
  },
};

function query(
  request: EmulatorRequest,
  table: Table,
  transaction: Transaction,
  settings: PageSettings,
): EmulatorAnswer {
  const projection = request.query.get('name');
  if (projection !== undefined) find(table, transaction, projection);
  numberHeader(request, 'tabular-schedule-id', 0);
  const relation = readRelation(request.body);
  const lookup = (name: string): SeenColumn => table.column(transaction, name);
  for (const { column, children } of relation.paths) if (children.length === 0) requireType(table, lookup, column);
  const columns = relation.projection.map((position) => output(table, lookup, relation.paths[position]));
  const conditions = compileFilter(relation, lookup);
  if (header(request, 'tabular-split').startsWith(`${ESTIMATE_SPLIT},`)) return estimate(table, transaction, settings);
  const limit = Math.min(numberHeader(request, 'tabular-limit-rows', LIMITS.pageRows, 1), settings.pageRows);
  const { rowGroupRows } = settings;
  const split = readSplit(request);
  const selector = new RowSelector({ table, transaction, conditions, split, rowGroupRows, limit });
  const pages = readPages(request, split, selector, limit);
  return {
    body: Buffer.concat(answerFrames(pages, columns, settings)),
    isChunked: true,
    rowsSent: pages.reduce((sum, { slots }) => sum + slots.length, 0),
  };
}

/** As many rows, without columns, as there are row groups. */
function estimate(table: Table, transaction: Transaction, settings: PageSettings): EmulatorAnswer {
  const groups = Math.ceil(table.rows.count(transaction) / settings.rowGroupRows);
  const rows = Array.from({ length: groups }, (_, group) => group);
  const page = { subSplit: 0, slots: rows, positions: rows, next: FINISHED };
  return { body: Buffer.concat(answerFrames([page], [], settings)), isChunked: true };
}

/** `tabular-split: id,total,row groups`. */
function readSplit(request: EmulatorRequest): Split {
  const parts = header(request, 'tabular-split').split(',').map(Number);
  const [split = -1, splits = 0, rowGroups = 0] = parts;
  if (parts.length !== 3 || !parts.every(Number.isInteger) || split < 0 || split >= splits || rowGroups < 1) {
    throw badRequest('header tabular-split');
  }
  return { split, splits, rowGroups, subSplits: numberHeader(request, 'tabular-num-of-subsplits', 1, 1) };
}

/** A page of each sub-split that is not finished yet. */
function readPages(request: EmulatorRequest, { subSplits }: Split, selector: RowSelector, limit: number): Page[] {
  const pages: Page[] = [];
  for (let subSplit = 0; subSplit < subSplits; subSplit += 1) {
    const start = startOf(request, subSplit);
    if (start >= FINISHED) continue;
    const { slots, positions } = selector.rows(subSplit, start);
    const next = positions[limit] ?? FINISHED;
    pages.push({ subSplit, slots: slots.slice(0, limit), positions, next });
  }
  return pages;
}

/** `tabular-start-row-id-N: N,row id`. */
function startOf(request: EmulatorRequest, subSplit: number): number {
  const text = header(request, `tabular-start-row-id-${subSplit}`);
  if (text === '') return 0;
  const [id, start = Number.NaN] = text.split(',').map(Number);
  if (id !== subSplit || !Number.isSafeInteger(start) || start < 0)
    throw badRequest(`header tabular-start-row-id-${subSplit}`);
  return start;
}

function output(table: Table, lookup: (name: string) => SeenColumn, path: NodePath | undefined): OutputColumn {
  if (path === undefined) throw badRequest('a projected position leads to no field');
  if (path.column.name !== ROW_ID) return outputColumn(lookup(path.column.name), path);
  return {
    type: rowIdField(table).type,
    value: (slot) => rowIdValue(table, table.rows.rowOf(slot)),
  };
}

/** The schema of a relation has to tell the types that the table has. */
function requireType(
  table: Table,
  lookup: (name: string) => SeenColumn,
  { name, type, typeTable }: RelationNode,
): void {
  const field = name === ROW_ID ? rowIdField(table) : lookup(name).field;
  const wanted: number = field.type.typeId;
  const { bitWidth } = field.type as DataType & { bitWidth?: number };
  const isSame = type === wanted && (wanted !== ARROW_TYPE.int || typeTable?.int32(0) === bitWidth);
  if (!isSame) throw new ProtocolError(400, 'TabularMismatchColumnType', name);
}
