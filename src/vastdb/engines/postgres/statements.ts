import type { Cell, ColumnDefinition, RowId, RowSet, SeekRequest, SelectRequest } from '../../engine.ts';
import { predicateColumns } from '../../predicate/columns.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { TableError } from '../../table-error.ts';
import { encodeKey, rowIdColumns } from '../row-key.ts';
import type { Catalogue, TableShape } from './catalogue.ts';
import { type Decoder, decoderOf } from './column-types.ts';
import type { Answer } from './connections.ts';
import { MATCH_COLUMNS, matchStatement } from './full-text.ts';
import { columnOf, shapeOf } from './predicate-compiler.ts';
import {
  countStatement,
  deleteStatement,
  insertStatement,
  seekStatement,
  selectStatement,
  type Statement,
  type StatementContext,
  updateStatement,
} from './row-statements.ts';

/** Where statements run: a connection of one's own, or any. */
export interface Runner {
  run(statement: Statement): Promise<Answer>;
}

/** Rows as requests name them, in the statements and answers of PostgreSQL. */
export class Statements {
  readonly #catalogue: Catalogue;
  readonly #schema: string;

  /** @param schema in double quotes. */
  constructor(catalogue: Catalogue, schema: string) {
    this.#catalogue = catalogue;
    this.#schema = schema;
  }

  async select(runner: Runner, request: SelectRequest): Promise<RowSet> {
    const { statement, decode } = await this.prepareSelect(request);
    return decode((await runner.run(statement)).rows);
  }

  /** A select, and the function that decodes its rows in place. */
  async prepareSelect(
    request: SelectRequest,
  ): Promise<{ readonly statement: Statement; readonly decode: (rows: (string | null)[][]) => RowSet }> {
    const context = await this.#contextOf(request);
    const shape = shapeOf(context.shapes, request.table);
    const { match } = request;
    if (
      match !== undefined &&
      !shape.hasFullText &&
      (await this.#catalogue.find(request.table))?.hasFullText !== true
    ) {
      throw new TableError('invalid', `The table ${shape.name} has no full-text index.`);
    }
    const statement =
      match === undefined ? selectStatement(context, request) : matchStatement(context, shape, request, match);
    const decoders = [
      ...request.columns.map((name) => decoderOf(columnOf(shape, name))),
      ...(request.lookups ?? []).map(() => lookupText),
      ...(match === undefined ? [] : MATCH_COLUMNS.map(decoderOf)),
    ];
    const keys = request.rowIds === true ? rowIdColumns(shape) : [];
    return { statement, decode: (rows) => decodeRows(rows, decoders, keys) };
  }

  async seek(runner: Runner, request: SeekRequest): Promise<(Cell[] | undefined)[]> {
    const { table, columns, where, column } = request;
    const context = await this.#contextOf({ table, columns: [...columns, column], where });
    const shape = shapeOf(context.shapes, table);
    const answer = await runner.run(seekStatement(context, request));
    const places = answer.rows.map((row) => Number(row.pop()) - 1);
    const decoders = columns.map((name) => decoderOf(columnOf(shape, name)));
    const { rows } = decodeRows(answer.rows, decoders, []);
    const found: (Cell[] | undefined)[] = request.points.map(() => undefined);
    for (const [index, row] of rows.entries()) found[places[index] ?? 0] = row;
    return found;
  }

  async count(runner: Runner, table: string, where?: Predicate): Promise<number> {
    const context = await this.#contextOf({ table, columns: [], ...(where && { where }) });
    const { rows } = await runner.run(countStatement(context, table, where));
    return Number(rows[0]?.[0] ?? 0);
  }

  async prepareInsert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<{ readonly statement: Statement; readonly mayBeTaken: boolean }> {
    const { context, shape, targets } = await this.#targets(table, columns);
    return { statement: insertStatement(context, shape, targets, rows), mayBeTaken: shape.hasUniqueKeys };
  }

  async prepareUpdate(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<Statement> {
    const { context, shape, targets } = await this.#targets(table, columns);
    const moved = targets.find((column) => shape.key.some((key) => key.name === column.name));
    if (moved !== undefined) {
      throw new TableError('invalid', `${table}.${moved.name} is part of the sort key, which is never updated.`);
    }
    return updateStatement(context, shape, rowIds, targets, rows);
  }

  async prepareDelete(table: string, rowIds: readonly RowId[]): Promise<Statement> {
    const { context, shape } = await this.#targets(table, []);
    return deleteStatement(context, shape, rowIds);
  }

  async #targets(
    table: string,
    columns: readonly string[],
  ): Promise<{ context: StatementContext; shape: TableShape; targets: ColumnDefinition[] }> {
    const shape = await this.#catalogue.table(table, columns);
    const context = { schema: this.#schema, shapes: new Map([[table, shape]]) };
    return { context, shape, targets: columns.map((name) => columnOf(shape, name)) };
  }

  /** Looks up all tables that the request is about. */
  async #contextOf(request: SelectRequest): Promise<StatementContext> {
    const { table, columns, lookups = [], match, where, since, orderBy = [] } = request;
    const wanted = new Map<string, Set<string>>();
    const want = (name: string, names: Iterable<string>): void => {
      const known = wanted.get(name) ?? new Set();
      for (const each of names) known.add(each);
      wanted.set(name, known);
    };
    want(table, columns);
    want(
      table,
      orderBy.map(({ column }) => column),
    );
    for (const lookup of lookups) {
      want(lookup.table, [lookup.column, lookup.match]);
      want(table, [lookup.equals]);
    }
    if (where !== undefined) wantPredicate(table, where, want);
    if (since !== undefined) {
      want(table, [since.column]);
      wantPredicate(table, since.where, want);
    }
    if (match !== undefined) want(table, [match.column]);
    const shapes = await Promise.all(
      Array.from(wanted, async ([name, names]) => [name, await this.#catalogue.table(name, [...names])] as const),
    );
    return { schema: this.#schema, shapes: new Map(shapes) };
  }
}

function wantPredicate(
  table: string,
  predicate: Predicate,
  want: (table: string, columns: Iterable<string>) => void,
): void {
  switch (predicate.op) {
    case 'and':
    case 'or':
      for (const term of predicate.terms) wantPredicate(table, term, want);
      return;
    case 'not':
      wantPredicate(table, predicate.term, want);
      return;
    case 'inSelect':
      want(table, [predicate.column]);
      want(predicate.select.table, [predicate.select.column]);
      wantPredicate(predicate.select.table, predicate.select.where, want);
      return;
    default:
      want(table, predicateColumns(predicate));
  }
}

function decodeRows(raw: (string | null)[][], decoders: readonly Decoder[], keys: readonly ColumnDefinition[]): RowSet {
  const rowIds: RowId[] = [];
  const keyDecoders = keys.map(decoderOf);
  const [only] = keys;
  const isNumbered = keys.length === 1 && only?.name === '_rowid_';
  for (const row of raw as Cell[][]) {
    if (keys.length > 0) {
      const cells = row.splice(decoders.length).map((cell, index) => keyDecoders[index]?.(cell as string) ?? null);
      const [number] = cells;
      rowIds.push(isNumbered && typeof number === 'bigint' ? number : encodeKey(cells));
    }
    for (const [index, decode] of decoders.entries()) {
      const cell = row[index];
      if (typeof cell === 'string') row[index] = decode(cell);
    }
  }
  return { rows: raw, rowIds };
}

/** A JSON array of texts. Those with escapes in them are rare. */
function lookupText(json: string): string {
  if (!json.includes('\\u0001')) return json;
  const readText = decoderOf({ name: '', type: 'string' });
  return JSON.stringify((JSON.parse(json) as string[]).map(readText));
}
