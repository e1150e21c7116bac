import { isDeepStrictEqual } from 'node:util';
import { type TagFilter, type Tags, type TagValue, wholeText } from './tags.ts';
import { and, eq, inSelect, isIn, not, or } from '../../vastdb/predicate/builder.ts';
import type { Condition, Predicate, Where } from '../../vastdb/predicate/predicate.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { defineTable, type RowOf } from '../../vastdb/schema/define-table.ts';
import type { TableReads } from '../table-access.ts';

/** An index over the tags in the documents of flows, or of sources: of each the whole text. */
export const tagTable = (name: string) =>
  defineTable({
    name,
    doc: 'Tags of flows, or of sources: the whole text of each.',
    columns: [
      { name: 'owner_id', type: 'string', required: true },
      { name: 'name', type: 'string', required: true },
      { name: 'value', type: 'string', required: true },
    ],
    sortKey: ['owner_id', 'name'],
    indexes: [{ columns: ['name', 'value'], equalityOnly: ['name', 'value'] }],
    internal: false,
    docs: {
      owner_id: 'Flow or source that has the tag.',
      name: 'Name of the tag.',
      value: 'Text of the tag; the texts of a list are joined by commas.',
    },
  });

/** An index over the texts in lists of tags, beside the whole text that `tagTable` has of a list. */
export const tagItemTable = (name: string) =>
  defineTable({
    name,
    doc: 'Tags that are lists: one row for each different text.',
    columns: [
      { name: 'owner_id', type: 'string', required: true },
      { name: 'name', type: 'string', required: true },
      { name: 'value', type: 'string', required: true },
    ],
    indexes: [{ columns: ['owner_id'] }, { columns: ['name', 'value'], equalityOnly: ['name', 'value'] }],
    internal: false,
    docs: {
      owner_id: 'Flow or source that has the tag.',
      name: 'Name of the tag.',
      value: 'One text of the list.',
    },
  });

type TagTable = ReturnType<typeof tagTable>;

/** Where the tags of flows, or of sources, are indexed. */
export interface TagIndex {
  readonly whole: TagTable;
  readonly items: ReturnType<typeof tagItemTable>;
}

const COLUMNS = ['owner_id', 'name', 'value'] as const;

/** Tags of a listing's filter, and where they are indexed. */
export interface AskedTags {
  readonly index: TagIndex;
  readonly filter: TagFilter;
}

/** Owners of a tag that has more are not listed: for each page that would take as long as they are many. */
export const MOST_OWNERS = 2_048;

/**
 * The terms that the filters come to, over the `id` column of the owners' table. Where `among` is given they are true
 * only of owners among them, and the others' tags are not read.
 */
export function tagTerms(
  { index, filter }: AskedTags,
  among?: readonly string[],
): Predicate<Condition<'id', string>>[] {
  const within = among === undefined ? [] : [isIn('owner_id', among)];
  return picks(index, filter).map(({ having, tables, where }) => {
    const owners = or(
      tables.map((table) => inSelect('id', { table, column: 'owner_id', where: and([...where, ...within]) })),
    );
    return having ? owners : not(owners);
  });
}

/** `few`: the only owners that can have all of the tags. `areMany`: a tag has too many owners to list them. */
export async function findOwners(
  reader: TableReads,
  { index, filter }: AskedTags,
): Promise<{ few?: readonly string[]; areMany: boolean }> {
  let areMany = false;
  for (const { having, tables, where } of picks(index, filter)) {
    const limit = MOST_OWNERS + 1;
    const found = await Promise.all(
      tables.map((table) => reader.select({ table, columns: ['owner_id'], where: and(where), limit })),
    );
    const owners = new Set(found.flatMap(({ rows }) => rows.map(([id]) => id)));
    if (found.some(({ rows }) => rows.length === limit)) areMany = true;
    else if (having) return { few: [...owners], areMany: false };
  }
  return { areMany };
}

interface Pick {
  /** Whether owners are to have it. */
  readonly having: boolean;
  readonly tables: readonly TagTable[];
  readonly where: Where<RowOf<TagTable>>[];
}

/** Which tags are asked for. The two tables have the same columns. */
function picks({ whole, items }: TagIndex, { values, exists }: TagFilter): Pick[] {
  return [
    ...[...values].map(([name, match]) => ({
      having: true,
      tables: match.items ? [whole, items] : [whole],
      where: [eq('name', name), isIn('value', match.anyOf)],
    })),
    ...[...exists].map(([name, having]) => ({ having, tables: [whole], where: [eq('name', name)] })),
  ];
}

export async function insertTags(tx: ManagedTransaction, index: TagIndex, ownerId: string, tags: Tags): Promise<void> {
  const rows = Object.entries(tags).map(([name, value]) => [ownerId, name, wholeText(value)] as const);
  if (rows.length > 0) await tx.insertArrays(index.whole, COLUMNS, rows);
  const items = Object.entries(tags).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [...new Set(value)].map((item) => [ownerId, name, item] as const),
  );
  if (items.length > 0) await tx.insertArrays(index.items, COLUMNS, items);
}

export async function removeTags(tx: ManagedTransaction, { whole, items }: TagIndex, ownerId: string): Promise<void> {
  await tx.delete(whole, eq('owner_id', ownerId));
  await tx.delete(items, eq('owner_id', ownerId));
}

/** Writes the differences alone: a change of anything else, of an owner with a thousand tags, touches no row. */
export async function replaceTags(
  tx: ManagedTransaction,
  index: TagIndex,
  ownerId: string,
  { before, after }: { readonly before: Tags; readonly after: Tags },
): Promise<void> {
  const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const gone = [...old].filter(([name, value]) => !isDeepStrictEqual(fresh.get(name), value));
  const added = [...fresh].filter(([name, value]) => !isDeepStrictEqual(old.get(name), value));
  await removeNamed(tx, index.whole, ownerId, namesOf(gone), gone.length === old.size);
  await removeNamed(tx, index.items, ownerId, namesOf(gone.filter(([, value]) => typeof value !== 'string')));
  await insertTags(tx, index, ownerId, Object.fromEntries(added));
}

const namesOf = (tags: readonly (readonly [string, TagValue])[]): string[] => tags.map(([name]) => name);

async function removeNamed(
  tx: ManagedTransaction,
  table: TagTable,
  ownerId: string,
  names: readonly string[],
  areAll = false,
): Promise<void> {
  if (names.length === 0) return;
  await tx.delete(table, and([eq('owner_id', ownerId), ...(areAll ? [] : [isIn('name', names)])]));
}
