import type { Asset } from '../rules/asset.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { and, eq, inSelect } from '../../../vastdb/predicate/builder.ts';
import type { Condition, Predicate } from '../../../vastdb/predicate/predicate.ts';
import type { Access } from '../../../tams/access/access.ts';
import { NOT_DELETING } from '../../../tams/flows/flow-row.ts';
import { FLOWS } from '../../../tams/flows/flow-tables.ts';

/**
 * An asset belongs to whom its flow belongs to (docs/adr/0015-access-by-tags.md). If it has no flow, or the flow is
 * gone, limited principals cannot see it: nothing says whose it is.
 */

/** For any table with a column `flow_life`. */
export function inView({ classes, visible }: Access): Predicate<Condition<'flow_life', string>> {
  if (classes === undefined) return and([]);
  return inSelect('flow_life', { table: FLOWS, column: 'life', where: and([NOT_DELETING, visible]) });
}

export async function isInView(reader: ManagedReader, { classes, visible }: Access, { link }: Asset): Promise<boolean> {
  if (classes === undefined) return true;
  if (link === null) return false;
  return (await reader.count(FLOWS, and([eq('life', link.flowLife), NOT_DELETING, visible]))) > 0;
}
