import type { TagFilter, Tags } from '../../domain/tags.ts';
import { and, eq, inSelect, not } from '../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';

const COLUMNS = ['owner_id', 'name', 'value'] as const;

/** The terms that a listing's tag filters come to, over the `id` column of the owners' table. */
export function tagTerms(table: string, filter: TagFilter): Predicate[] {
  const owners = (where: Predicate): Predicate => inSelect('id', { table, column: 'owner_id', where });
  const terms: Predicate[] = [];
  for (const [name, value] of filter.equals) terms.push(owners(and([eq('name', name), eq('value', value)])));
  for (const [name, exists] of filter.exists) {
    const having = owners(eq('name', name));
    terms.push(exists ? having : not(having));
  }
  return terms;
}

export async function insertTags(tx: ManagedTransaction, table: string, ownerId: string, tags: Tags): Promise<void> {
  const rows = Object.entries(tags).map(([name, value]) => [ownerId, name, value]);
  if (rows.length > 0) await tx.insertArrays(table, COLUMNS, rows);
}

export async function removeTags(tx: ManagedTransaction, table: string, ownerId: string): Promise<void> {
  await tx.delete(table, eq('owner_id', ownerId));
}
