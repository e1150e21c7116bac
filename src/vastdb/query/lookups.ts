import type { Cell, Lookup, RowSet } from '../engine.ts';
import { isIn } from '../predicate/builder.ts';
import { compareCells } from '../predicate/compare.ts';
import { TableError } from '../table-error.ts';
import type { SelectQuery } from './select-query.ts';

/**
 * Answers a select with lookups by one select for its rows and one for each lookup, for engines that
 * have none.
 */
export async function selectWithLookups(
  query: SelectQuery,
  lookups: readonly Lookup[],
  select: (query: SelectQuery) => Promise<RowSet>,
): Promise<RowSet> {
  const { columns } = query;
  const owners = lookups.map(({ equals }) => equals);
  const plain = { ...query, columns: [...columns, ...owners], lookups: undefined };
  const { rows, ...more } = await select(plain);
  const found: Map<Cell, string[]>[] = [];
  for (const [index, lookup] of lookups.entries()) {
    const keys = new Set(rows.map((row) => row[columns.length + index]).filter((cell) => typeof cell === 'string'));
    found.push(keys.size === 0 ? new Map<Cell, string[]>() : await stringsByKey(lookup, [...keys], select));
  }
  const shown = rows.map((row) => [
    ...row.slice(0, columns.length),
    ...found.map((strings, index) => JSON.stringify(strings.get(row[columns.length + index] ?? null) ?? [])),
  ]);
  return { rows: shown, ...more };
}

async function stringsByKey(
  { table, column, match }: Lookup,
  keys: readonly string[],
  select: (query: SelectQuery) => Promise<RowSet>,
): Promise<Map<Cell, string[]>> {
  const { rows } = await select({ table, columns: [match, column], where: isIn(match, keys), distinct: true });
  const strings = new Map<Cell, string[]>();
  for (const [key = null, value = null] of rows) {
    if (value === null) continue;
    if (typeof value !== 'string') throw new TableError('invalid', `${table}.${column} is no string column`);
    const known = strings.get(key);
    if (known === undefined) strings.set(key, [value]);
    else known.push(value);
  }
  for (const values of strings.values()) values.sort(compareCells);
  return strings;
}
