import type { Logger } from 'pino';
import type { Tags } from './documents/tags.ts';
import type { Cell, Row, TableDefinition } from '../vastdb/engine.ts';
import type { CellsOf, ColumnOf } from '../vastdb/schema/define-table.ts';
import { fromJson, type Json } from '../shared/json-text.ts';
import { and, isNotNull, isNull } from '../vastdb/predicate/builder.ts';
import type { Predicate } from '../vastdb/predicate/predicate.ts';
import { RowBytes } from '../vastdb/query/row-bytes.ts';
import type { VastDBManager } from '../vastdb/vast-db-manager.ts';
import { ACCESS_COLUMN, accessCell } from './access/access.ts';
import { DELETION_REQUESTS } from './deletion/deletion-tables.ts';
import { DELETION_SORT_COLUMNS, deletionSortCells } from './deletion/deletion-request-repository.ts';
import { SORT_COLUMNS } from './documents/sort-keys.ts';
import { profileOf, statusOf } from './flows/flow.ts';
import { flowSortCells } from './flows/flow-row.ts';
import { FLOWS } from './flows/flow-tables.ts';
import { sourceSortCells } from './sources/source-repository.ts';
import { SOURCES } from './sources/source-tables.ts';

/** Rows of the first transaction, and of one whose rows are small: fewer would write the pages of the indexes more often. */
const FIRST_ROWS = 100;
const MOST_ROWS = 20_000;
/** Bytes that a transaction is meant to read, by the size of the rows before. */
const READ_BYTES = 16 * 2 ** 20;
/** Time between two lines of the log. */
const PROGRESS_MS = 5_000;

/** Columns that are derived from others, for rows that are older than they. */
export interface Backfill {
  readonly table: string;
  /** The first is null in rows that have none of them yet, and in no others. */
  readonly columns: readonly string[];
  /** Rows without the first are left alone. */
  readonly from: readonly [string, ...string[]];
  readonly cellsOf: (cells: readonly Cell[]) => FilledCells;
}

/** A row whose first cell stayed null would be filled again and again, and the server would not start. */
type FilledCells = readonly [Exclude<Cell, null>, ...Cell[]];

/** Cells of `from`: rows without the first are not read. */
type FirstPresent<Cells extends readonly unknown[]> = Cells extends readonly [infer First, ...infer Rest]
  ? readonly [Exclude<First, null>, ...Rest]
  : never;

/** Columns of a table that are derived from others, by their types. */
export const backfill = <R extends Row, const From extends readonly [ColumnOf<R>, ...ColumnOf<R>[]]>(
  { name }: TableDefinition<R>,
  {
    columns,
    from,
    cellsOf,
  }: Omit<Backfill, 'table' | 'from' | 'cellsOf'> & {
    readonly from: From;
    readonly cellsOf: (cells: FirstPresent<CellsOf<R, From>>) => FilledCells;
  },
): Backfill =>
  // It is given the cells of `from`, as they are read.
  ({ table: name, columns, from, cellsOf: cellsOf as Backfill['cellsOf'] });

/** Limited views ask for these columns: nobody limited sees a row without its cell. */
export const VAST_STORE_BACKFILLS: readonly Backfill[] = [
  ...[FLOWS, SOURCES].map((table: TableDefinition<{ readonly document: Json<{ readonly tags?: Tags }> }>) =>
    backfill(table, {
      columns: [ACCESS_COLUMN],
      from: ['document'],
      cellsOf: ([document]) => [accessCell(fromJson(document).tags)],
    }),
  ),
  // The first life of a flow that is older than the column is its id (docs/adr/0022-lives-of-a-flow.md).
  backfill(FLOWS, { columns: ['life'], from: ['id'], cellsOf: ([id]) => [id] }),
];

/** Sorted listings have no rows without these (docs/adr/0032-sorted-listings.md). */
export const SORT_BACKFILLS: readonly Backfill[] = [
  backfill(FLOWS, {
    // Rows without an order are older than the others, too. These were free properties then.
    columns: [...SORT_COLUMNS, 'status', 'profile_id'],
    from: ['id', 'document'],
    cellsOf: ([id, document]) => {
      const flow = documentOf(id, document);
      return [...flowSortCells(flow), statusOf(flow) ?? null, profileOf(flow) ?? null];
    },
  }),
  backfill(SOURCES, {
    columns: SORT_COLUMNS,
    from: ['id', 'document'],
    cellsOf: ([id, document]) => sourceSortCells(documentOf(id, document)),
  }),
  backfill(DELETION_REQUESTS, {
    columns: DELETION_SORT_COLUMNS,
    from: ['id', 'created', 'expiry_ms'],
    cellsOf: ([id, created, expiryMs]) =>
      deletionSortCells({
        id,
        created,
        ...(typeof expiryMs === 'bigint' && { expiry: new Date(Number(expiryMs)).toISOString() }),
      }),
  }),
];

function documentOf<Value extends object>(id: string, document: Json<Value>): Value {
  try {
    return { ...fromJson(document), id };
  } catch {
    // Text that is no JSON: `mgmt verify` reports it. Until it is mended, the row comes last, by its id alone.
    return { id } as unknown as Value;
  }
}

/** Costs one query per backfill where there is nothing to fill. Returns how many rows of each there were, together. */
export async function fillColumns(
  manager: VastDBManager,
  backfills: readonly Backfill[],
  logger: Logger,
): Promise<number> {
  let all = 0;
  for (const backfill of backfills) {
    const { table, columns } = backfill;
    if (!(await hasRowsToFill(manager, backfill))) continue;
    let told = performance.now();
    let rows = 0;
    for (let most = FIRST_ROWS; ;) {
      const { count, bytes } = await fillBatch(manager, backfill, most);
      rows += count;
      if (count < most) break;
      most = Math.max(1, Math.min(MOST_ROWS, 4 * most, Math.floor((READ_BYTES * count) / Math.max(1, bytes))));
      if (performance.now() - told > PROGRESS_MS) {
        logger.info({ table, columns, rows }, 'filling columns of older rows');
        told = performance.now();
      }
    }
    all += rows;
  }
  return all;
}

/** Asked without the background lane: that is a thread, and most starts have nothing to fill. */
async function hasRowsToFill(manager: VastDBManager, backfill: Backfill): Promise<boolean> {
  const { table, from } = backfill;
  const { rows } = await manager.reader().select({ table, columns: [from[0]], where: unfilled(backfill), limit: 1 });
  return rows.length > 0;
}

const unfilled = ({ columns: [first = ''], from }: Backfill): Predicate => and([isNull(first), isNotNull(from[0])]);

function fillBatch(
  manager: VastDBManager,
  backfill: Backfill,
  limit: number,
): Promise<{ count: number; bytes: number }> {
  const { table, columns, from, cellsOf } = backfill;
  return manager.transaction(
    async (tx) => {
      const { rows, rowIds } = await tx.select({
        table,
        columns: from,
        where: unfilled(backfill),
        limit,
        rowIds: true,
      });
      if (rowIds.length > 0) await tx.updateByRowIds(table, rowIds, columns, rows.map(cellsOf));
      const size = new RowBytes();
      for (const row of rows) size.add(row);
      return { count: rows.length, bytes: size.bytes };
    },
    { lane: 'background' },
  );
}
