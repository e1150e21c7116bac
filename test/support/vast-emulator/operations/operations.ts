import { columnOperations } from './columns.ts';
import type { Operation, Operations } from './operation.ts';
import { projectionOperations } from './projections.ts';
import { dataOperations } from './query.ts';
import { rowOperations } from './rows.ts';
import { schemaOperations } from './schemas.ts';
import { snapshotList } from './snapshots.ts';
import { statsOperations } from './stats.ts';
import { tableOperations } from './tables.ts';
import { bucketCheck, transactionOperations } from './transactions.ts';

/** Commands are the parameters without a value: `?transaction`, `?rows`, ... */
const COMMANDS: Readonly<Record<string, Operations>> = {
  transaction: transactionOperations,
  schema: schemaOperations,
  table: tableOperations,
  ...columnOperations,
  rows: rowOperations,
  data: dataOperations,
  stats: statsOperations,
  ...projectionOperations,
};

/** Undefined for what the protocol does not know. */
export function operationOf(
  method: string,
  path: readonly string[],
  query: ReadonlyMap<string, string>,
): Operation | undefined {
  if (method === 'HEAD' && path.length === 1 && query.size === 0) return bucketCheck;
  if (method === 'GET' && path.length === 1 && query.has('list_type')) return snapshotList;
  for (const [name, value] of query) {
    if (value === '' && Object.hasOwn(COMMANDS, name)) return COMMANDS[name]?.[method];
  }
  return undefined;
}
