import { Ranking } from '../../shared/ranking.ts';
import type { Cell, ColumnBatch, Ordering, Row, ScanRequest, TableDefinition } from '../engine.ts';
import { and, isIn } from '../predicate/builder.ts';
import type { Predicate, Where } from '../predicate/predicate.ts';
import type { ColumnOf } from '../schema/define-table.ts';
import { afterPosition } from './keyset.ts';
import { cellOrder } from './row-order.ts';
import type { SelectQuery } from './select-query.ts';

/** The first rows in an order, of those that a check lets through. */
export interface FirstRows<R extends Row, Column extends ColumnOf<R>, Checked extends ColumnOf<R>> {
  readonly table: TableDefinition<R>;
  readonly columns: readonly Column[];
  readonly where: Where<R>;
  /** By columns without nulls, the last of which is unique. */
  readonly orderBy: readonly [...Ordering<Column>[], Ordering<Column>];
  readonly limit: number;
  readonly check?: RowCheck<R, Checked> | undefined;
}

interface RowCheck<R extends Row, Checked extends string> {
  /** Columns that it looks at; they are among those that are asked for. */
  readonly columns: readonly Checked[];
  /** Whether each row is wanted, in their order. */
  readonly pass: (rows: readonly Pick<R, Checked>[]) => Promise<readonly boolean[]>;
}

/** For any table: its caller knows the types of the cells. */
export type AnyFirstRows = FirstRows<Row, string, string>;

interface Reads {
  readonly selectRows: (query: SelectQuery) => Promise<Row[]>;
  readonly scan: (request: ScanRequest) => AsyncIterable<ColumnBatch>;
}

/** On an engine that orders rows: page by page. Without a check that is one. */
export async function firstByPages({ selectRows }: Pick<Reads, 'selectRows'>, query: AnyFirstRows): Promise<Row[]> {
  const { where, orderBy, limit, check, columns } = query;
  const found: Row[] = [];
  let after: readonly Predicate[] = [];
  for (;;) {
    const rows = await selectRows({ table: query.table.name, columns, where: and([where, ...after]), orderBy, limit });
    const passed = await check?.pass(rows);
    found.push(...rows.filter((_, index) => passed?.[index] !== false));
    const last = rows.at(-1);
    if (found.length >= limit || rows.length < limit || last === undefined) return found.slice(0, limit);
    const position = orderBy.map(({ column }) => last[column] ?? null);
    after = [afterPosition(orderBy, position)];
  }
}

/** On any other: in one pass over the columns that count, whatever the number of rows, in bounded memory. */
export async function firstByScan({ selectRows, scan }: Reads, query: AnyFirstRows): Promise<Row[]> {
  const { columns, where, orderBy, limit, check } = query;
  const table = query.table.name;
  const looked = [...new Set([...orderBy.map(({ column }) => column), ...(check?.columns ?? [])])];
  const ranking = new Ranking(limit, cellOrder(orderBy, looked), async (batch: readonly (readonly Cell[])[]) => {
    const passed = await check?.pass(
      batch.map((cells) => Object.fromEntries(looked.map((name, at) => [name, cells[at] ?? null]))),
    );
    return batch.filter((_, index) => passed?.[index] !== false);
  });
  for await (const { rowCount, columns: cells } of scan({ table, columns: looked, where })) {
    await ranking.add(Array.from({ length: rowCount }, (_, row) => cells.map((column) => column[row] ?? null)));
  }
  const key = looked[orderBy.length - 1] ?? '';
  const keys = ranking.first.map((cells) => cells[orderBy.length - 1] ?? null).filter((cell) => cell !== null);
  if (keys.length === 0) return [];
  const rows = await selectRows({ table, columns, where: isIn(key, keys), orderBy });
  // If rows were removed meanwhile, others take their places: a page that is not full would count as the last.
  return rows.length < keys.length ? firstByScan({ selectRows, scan }, query) : rows;
}
