import { expect } from 'vitest';
import { retry } from '../../../src/shared/retry.ts';
import type {
  Cell,
  ColumnDefinition,
  TableDefinition,
  TableEngine,
  TableTransaction,
  TransactionOptions,
} from '../../../src/vastdb/engine.ts';
import { TableError, type TableErrorKind } from '../../../src/vastdb/table-error.ts';

/** What a part of the suite works with. The engine is there when tests run, not when they are declared. */
export interface SuiteContext {
  engine(): TableEngine;
  /** A name that no other test uses. */
  tableName(): string;
}

/** Creates a table of a name of its own. */
export async function createTable(
  context: SuiteContext,
  columns: readonly ColumnDefinition[],
  more: Pick<TableDefinition, 'sortKey' | 'indexes'> = {},
): Promise<string> {
  const name = context.tableName();
  await context.engine().createTable({ name, columns, ...more });
  return name;
}

/** Inserts rows in a transaction of their own. */
export async function insert(
  context: SuiteContext,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  await context.engine().transaction((tx) => tx.insert(table, columns, rows));
}

/** Runs the work again after a conflict with another transaction, as the manager does. */
export async function untilCommitted<T>(
  context: SuiteContext,
  work: (tx: TableTransaction) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  return retry(() => context.engine().transaction(work, options), {
    attempts: 1_000,
    baseMs: 5,
    maxMs: 500,
    isRetryable: (error) => error instanceof TableError && error.kind === 'conflict',
  });
}

/** All rows, in an order that does not depend on the engine. */
export async function allRows(context: SuiteContext, table: string, columns: readonly string[]): Promise<Cell[][]> {
  return sorted((await context.engine().reader().select({ table, columns })).rows);
}

export function sorted(rows: readonly Cell[][]): Cell[][] {
  const text = (row: Cell[]): string => row.map((cell) => `${typeof cell}:${String(cell)}`).join('|');
  return rows.toSorted((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}

/** Expects a TableError of this kind, and returns its message. */
export async function rejection(promise: Promise<unknown>, kind: TableErrorKind): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TableError);
  if (!(error instanceof TableError)) return '';
  expect(error.kind).toBe(kind);
  return error.message;
}

/** Asks for something that needs a capability: with it the rows are expected, without it a refusal. */
export async function withCapability(
  has: boolean,
  ask: () => Promise<unknown>,
  check: () => Promise<void>,
): Promise<void> {
  if (has) await check();
  else await rejection(ask(), 'invalid');
}
