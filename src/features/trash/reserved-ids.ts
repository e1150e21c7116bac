import { fromJson, type Json } from '../../shared/json-text.ts';
import { giveAccess } from '../../tams/access/access-classes.ts';
import type { Tags } from '../../tams/documents/tags.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { eq } from '../../vastdb/predicate/builder.ts';
import { DELETED_FLOWS, DELETED_SOURCES } from './trash-tables.ts';

/**
 * Whether the trash holds a flow or source of this id that these classes had no access to. Such an id stays reserved:
 * somebody who could not see it must not be able to keep it from being restored.
 */
export async function reservesId(
  tables: ManagedTransaction,
  kind: 'flow' | 'source',
  id: string,
  classes: readonly string[],
): Promise<boolean> {
  const table: TableDefinition<{ id: string; document: Json<{ tags?: Tags }> }> =
    kind === 'flow' ? DELETED_FLOWS : DELETED_SOURCES;
  const { rows } = await tables.select({ table, columns: ['document'], where: eq('id', id) });
  return rows.some(([document]) => !giveAccess(fromJson(document).tags, classes));
}
