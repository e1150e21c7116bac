import type { TagFilter, Tags } from './tags.ts';
import { and, eq, inSelect, isIn, not } from '../../vastdb/predicate/builder.ts';
import type { Condition, Predicate, Where } from '../../vastdb/predicate/predicate.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { defineTable, type RowOf } from '../../vastdb/schema/define-table.ts';
import type { TableReads } from '../table-access.ts';

/** An index over the tags in the documents of flows, or of sources. */
export const tagTable = (name: string) =>
  defineTable({
    name,
    columns: [
      { name: 'owner_id', type: 'string', required: true },
      { name: 'name', type: 'string', required: true },
      { name: 'value', type: 'string', required: true },
    ],
    sortKey: ['owner_id', 'name'],
    indexes: [{ columns: ['name', 'value'], equalityOnly: ['name', 'value'] }],
  });

export type TagTable = ReturnType<typeof tagTable>;

const COLUMNS = ['owner_id', 'name', 'value'] as const;

/** Tags of a listing's filter, and the table that they are in. */
export interface AskedTags {
  readonly table: TagTable;
  readonly filter: TagFilter;
}

/** Owners of a tag that has more are not listed: for each page that would take as long as they are many. */
const MOST_OWNERS = 2_048;

/**
 * The terms that the filters come to, over the `id` column of the owners' table. Where `among` is given they are true
 * only of owners among them, and the others' tags are not read.
 */
export function tagTerms(
  { table, filter }: AskedTags,
  among?: readonly string[],
): Predicate<Condition<'id', string>>[] {
  const within = among === undefined ? [] : [isIn('owner_id', among)];
  return picks(filter).map(({ having, where }) => {
    const owners = inSelect('id', { table, column: 'owner_id', where: and([...where, ...within]) });
    return having ? owners : not(owners);
  });
}

/** `few`: the only owners that can have all of the tags. `areMany`: a tag has too many owners to list them. */
export async function findOwners(
  reader: TableReads,
  { table, filter }: AskedTags,
): Promise<{ few?: readonly string[]; areMany: boolean }> {
  let areMany = false;
  for (const { having, where } of picks(filter)) {
    const limit = MOST_OWNERS + 1;
    const { rows } = await reader.select({ table, columns: ['owner_id'], where: and(where), limit });
    if (rows.length === limit) areMany = true;
    else if (having) return { few: rows.map(([id]) => id), areMany: false };
  }
  return { areMany };
}

/** Which tags are asked for, and whether owners are to have them. */
function picks({ equals, exists }: TagFilter): { having: boolean; where: Where<RowOf<TagTable>>[] }[] {
  return [
    ...[...equals].map(([name, value]) => ({ having: true, where: [eq('name', name), eq('value', value)] })),
    ...[...exists].map(([name, having]) => ({ having, where: [eq('name', name)] })),
  ];
}

export async function insertTags(tx: ManagedTransaction, table: TagTable, ownerId: string, tags: Tags): Promise<void> {
  const rows = Object.entries(tags).map(([name, value]) => [ownerId, name, value] as const);
  if (rows.length > 0) await tx.insertArrays(table, COLUMNS, rows);
}

export async function removeTags(tx: ManagedTransaction, table: TagTable, ownerId: string): Promise<void> {
  await tx.delete(table, eq('owner_id', ownerId));
}

/** Writes the differences alone: a change of anything else, of an owner with a thousand tags, touches no row. */
export async function replaceTags(
  tx: ManagedTransaction,
  table: TagTable,
  ownerId: string,
  { before, after }: { readonly before: Tags; readonly after: Tags },
): Promise<void> {
  const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const gone = [...old].filter(([name, value]) => fresh.get(name) !== value).map(([name]) => name);
  const added = [...fresh].filter(([name, value]) => old.get(name) !== value);
  if (gone.length > 0 && gone.length === old.size) await removeTags(tx, table, ownerId);
  else if (gone.length > 0) await tx.delete(table, and([eq('owner_id', ownerId), isIn('name', gone)]));
  await insertTags(tx, table, ownerId, Object.fromEntries(added));
}
