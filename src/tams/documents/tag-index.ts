import { isDeepStrictEqual } from 'node:util';
import { type TagFilter, type Tags, type TagValue, wholeText } from './tags.ts';
import { and, eq, isIn } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { OwnerTerm } from '../../vastdb/query/listing.ts';
import { defineTable, type RowOf } from '../../vastdb/schema/define-table.ts';

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

/** The owners that have the tags of a filter. */
export function tagTerms({ whole, items }: TagIndex, { values, exists }: TagFilter): OwnerTerm[] {
  const term = (having: boolean, tables: readonly TagTable[], where: Where<RowOf<TagTable>>): OwnerTerm => ({
    having,
    tables: tables.map(({ name }) => name),
    owner: 'owner_id',
    where,
  });
  return [
    ...[...values].map(([name, match]) =>
      term(true, match.items ? [whole, items] : [whole], and([eq('name', name), isIn('value', match.anyOf)])),
    ),
    ...[...exists].map(([name, having]) => term(having, [whole], eq('name', name))),
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
