import { expect } from 'vitest';
import type { Cell, ColumnDefinition } from '../../../../../src/vastdb/engine.ts';
import { readSplit } from '../../../../../src/vastdb/engines/vast/client/split-reader.ts';
import type { TableInfo } from '../../../../../src/vastdb/engines/vast/client/table-info.ts';
import { Requests } from '../../../../../src/vastdb/engines/vast/client/requests.ts';
import { VastClient } from '../../../../../src/vastdb/engines/vast/client/vast-client.ts';
import { toGroups } from '../../../../../src/vastdb/engines/vast/protocol/conjunction.ts';
import { encodeRelation } from '../../../../../src/vastdb/engines/vast/protocol/relation.ts';
import {
  rowIdColumn,
  wireColumn,
  type WireColumn,
} from '../../../../../src/vastdb/engines/vast/protocol/wire-column.ts';
import type { Predicate } from '../../../../../src/vastdb/predicate/predicate.ts';
import type {
  Exchange,
  RecordedExpression,
  RecordedField,
  RecordedLiteral,
  RecordedRelation,
  RecordedRow,
} from '../../../../support/vastdb/recordings.ts';
import { cellOf, definitionOf } from './recorded-values.ts';
import type { ReplayServer } from './replay-server.ts';

/** What our client is asked to do so that it sends what the official one sent; undefined for what ours does not do. */
export function callOf(exchange: Exchange, { transport, goesOn }: ReplayServer): (() => Promise<unknown>) | undefined {
  const { request } = exchange;
  const [path = ''] = request.path.split('?');
  const [bucket = '', ...parts] = path.slice(1).split('/');
  const tx = request.headers['tabular-txid'] ?? '';
  const exactly = request.headers['tabular-name-exact-match'];
  const isPlainList =
    request.headers['tabular-list-count-only'] !== 'True' &&
    (request.headers['tabular-name-prefix'] ?? '') === '' &&
    request.headers['tabular-only-column-names'] === undefined;
  const client = (schema: string): VastClient => new VastClient({ transport, bucket, schema });
  const table = parts.at(-1) ?? '';
  const inTable = client(parts.slice(0, -1).join('/'));
  const fields = (request.decoded?.['fields'] ?? []) as readonly RecordedField[];
  const definitions = fields.filter(({ name }) => name !== '$row_id').map(definitionOf);
  const columns = definitions.filter((column) => column !== undefined);
  const isOurs = columns.length === definitions.length;

  switch (exchange.op) {
    case 'transaction.get':
      return tx === '' ? () => client('').version() : () => client('').transactions.isOpen(tx);
    case 'transaction.begin':
      return () => client('').transactions.begin();
    case 'transaction.commit':
      return () => client('').transactions.commit(tx);
    case 'transaction.rollback':
      return () => client('').transactions.rollback(tx);
    case 'bucket.check':
      return () => client('').bucketExists();
    case 'schema.list':
      if (!isPlainList || exactly === undefined) return undefined;
      return () => client('').schemaExists(tx, [...parts, exactly].join('/'));
    case 'table.list':
      if (!isPlainList) return undefined;
      if (exactly === undefined) return () => client(parts.join('/')).tables.list(tx);
      return () => client(parts.join('/')).tables.find(tx, exactly);
    case 'table.create':
      // Ours are nullable, all of them, and have elements.
      if (!isOurs || columns.some(({ required, dimension }) => required === true || dimension === 0)) return undefined;
      return () => inTable.tables.create(tx, table, columns);
    case 'table.drop':
      return () => inTable.tables.drop(tx, table);
    case 'table.stats':
      return () => inTable.tables.stats(tx, table);
    case 'column.list':
      return isPlainList ? async () => (await inTable.columns.list(tx, table)).columns : undefined;
    case 'sorted-columns.get':
      return () => inTable.columns.listSorted(tx, table);
    case 'column.add':
      return () => inTable.columns.add(tx, table, columns);
    case 'projection.get':
      return () => inTable.projections.list(tx, table);
    case 'rows.insert':
    case 'rows.update':
    case 'rows.delete':
      return isOurs && (columns.length > 0 || exchange.op === 'rows.delete')
        ? () => rowsCall(exchange, inTable, tx, tableInfo(table, columns), columns)
        : undefined;
    case 'data.query':
      if (request.headers['tabular-schedule-id'] !== undefined || request.headers['tabular-limit-rows'] === undefined)
        return undefined;
      return queryCall(exchange, new Requests(transport, bucket, parts.slice(0, -1).join('/')), table, goesOn);
    default:
      return undefined;
  }
}

function tableInfo(name: string, columns: readonly ColumnDefinition[]): TableInfo {
  return { name, columnsByName: new Map(columns.map((column) => [column.name, column])), sortKey: [] };
}

async function rowsCall(
  { op, request }: Exchange,
  { rows: client }: VastClient,
  tx: string,
  table: TableInfo,
  columns: readonly ColumnDefinition[],
): Promise<unknown> {
  const recorded = (request.decoded?.['rows'] ?? []) as readonly RecordedRow[];
  const names = columns.map(({ name }) => name);
  const rows = recorded.map((row) => columns.map((column) => cellOf(column, row[column.name])));
  const ids = recorded.map((row) => BigInt((row['$row_id'] ?? '0') as string));
  if (op === 'rows.insert') return client.insert(tx, table, names, rows);
  return op === 'rows.update' ? client.update(tx, table, ids, names, rows) : client.delete(tx, table, ids);
}

function queryCall(
  { label, request, relation }: Exchange,
  requests: Requests,
  table: string,
  goesOn: ReplayServer['goesOn'],
): (() => Promise<unknown>) | undefined {
  if (relation === undefined) return undefined;
  const columns = wireColumns(relation);
  if (columns === undefined) return undefined;
  const roots = positionsOfRoots(relation.schema);
  const projected = relation.projection
    .map((position) => columns[roots[position] ?? -1])
    .filter((c) => c !== undefined);
  const [split = '0', splits = '1'] = (request.headers['tabular-split'] ?? '').split(',');
  const plan = {
    transactionId: request.headers['tabular-txid'] ?? '',
    table,
    relation: encodeRelation({
      projected,
      columns: new Map(columns.map((column) => [column.name, column])),
      groups: toGroups(predicateOf(relation.filter)) ?? [],
    }),
    projected,
    splits: Number(splits),
    subSplits: Number(request.headers['tabular-num-of-subsplits']),
    kind: 'read' as const,
    signal: new AbortController().signal,
    // Where the official client had enough, so has ours.
    pageRows: () => (goesOn(label) ? Number(request.headers['tabular-limit-rows']) : 0),
  };
  return async () => {
    for await (const page of readSplit(requests, plan, Number(split))) expect(page.rowCount).toBeGreaterThan(0);
  };
}

function wireColumns({ schema }: RecordedRelation): WireColumn[] | undefined {
  const columns = schema.map((field) => {
    if (field.name === '$row_id') return rowIdColumn(false);
    const definition = definitionOf(field);
    return definition && wireColumn(definition);
  });
  const ours = columns.filter((column) => column !== undefined);
  return ours.length === columns.length ? ours : undefined;
}

/** For each node of a schema, depth first, the position of its column. */
function positionsOfRoots(fields: readonly RecordedField[]): number[] {
  const countNodes = ({ children = [] }: RecordedField): number =>
    children.reduce((count, child) => count + countNodes(child), 1);
  return fields.flatMap((field, position) => new Array<number>(countNodes(field)).fill(position));
}

const COMPARISONS: Readonly<Record<string, 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'>> = {
  equal: 'eq',
  not_equal: 'ne',
  less: 'lt',
  less_equal: 'lte',
  greater: 'gt',
  greater_equal: 'gte',
};

function predicateOf(expression: RecordedExpression): Predicate {
  if (!('call' in expression)) throw new Error('a filter is no call');
  const { call, args } = expression;
  if (call === 'or') return { op: 'or', terms: args.map(predicateOf) };
  if (call === 'and') return rangeOf(args) ?? { op: 'and', terms: args.map(predicateOf) };
  const [column = ''] = (args[0] as { name: string }).name.split('.');
  if (call === 'is_null') return { op: 'isNull', column };
  if (call === 'is_valid') return { op: 'isNotNull', column };
  const literal = args[1] as RecordedLiteral;
  if (call === 'match_substring') return { op: 'contains', column, text: literal.value as string };
  const op = COMPARISONS[call];
  if (op === undefined) throw new Error(`a call of an unknown name: ${call}`);
  return { op, column, value: literalCell(literal) };
}

/** `between` and the beginning of a text are sent as an AND of two bounds within an OR. */
function rangeOf(args: readonly RecordedExpression[]): Predicate | undefined {
  const [low, high] = args.map((arg) => ('call' in arg ? arg : undefined));
  if (args.length !== 2 || low?.call !== 'greater_equal' || high === undefined || high.call === 'or') return undefined;
  const { name: column } = low.args[0] as { name: string };
  const [from, to] = [low.args[1] as RecordedLiteral, high.args[1] as RecordedLiteral];
  return high.call === 'less_equal'
    ? { op: 'between', column, low: literalCell(from), high: literalCell(to) }
    : { op: 'startsWith', column, text: from.value as string };
}

function literalCell({ value, type }: RecordedLiteral): Exclude<Cell, null> {
  const elements = type.type === 'list' ? (value as readonly RecordedLiteral[]).map((item) => item.value) : undefined;
  const definition: Pick<ColumnDefinition, 'type'> | undefined =
    elements === undefined ? definitionOf(type) : { type: 'vector' };
  const cell = definition === undefined ? null : cellOf(definition, elements ?? value);
  if (cell === null) throw new Error(`a literal of type ${type.type}`);
  return cell;
}
