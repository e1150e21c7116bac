import { giveAccess } from '../access/access-classes.ts';
import type { Tags } from './tags.ts';
import { eq } from '../../vastdb/predicate/builder.ts';
import type { TableReads } from '../table-access.ts';

/**
 * Whether the trash holds a flow or source of this id that these classes had no access to. Such an id stays reserved:
 * principals that could not see the flow must not prevent its restore.
 */
export async function isHiddenInTrash(
  reader: TableReads,
  classes: readonly string[],
  table: string,
  id: string,
): Promise<boolean> {
  const { rows } = await reader.select({ table, columns: ['document'], where: eq('id', id) });
  return (rows as [string][]).some(
    ([document]) => !giveAccess((JSON.parse(document) as { tags?: Tags }).tags, classes),
  );
}
