import { eq } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { TableReads } from '../table-access.ts';
import { defineTable, json } from '../../vastdb/schema/define-table.ts';
import { fromJson, toJson } from '../../shared/json-text.ts';

export interface ServiceInfo {
  name?: string;
  description?: string;
}

export const SERVICE_INFO = defineTable({
  name: 'service_info',
  doc: 'Properties of the service that clients have set: one row at most.',
  columns: [
    { name: 'key', type: 'string', required: true },
    { name: 'document', type: json<ServiceInfo>(), required: true },
  ],
  indexes: [{ columns: ['key'], unique: true }],
  internal: true,
  docs: {
    key: 'Always `service`.',
    document: 'Name and description as JSON.',
  },
});

/** The table has one row: clients' changes of the service's description. */
const KEY = 'service';

export class ServiceInfoReader {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  async get(): Promise<ServiceInfo> {
    const where = eq('key', KEY);
    const { rows } = await this.#reader.select({ table: SERVICE_INFO, columns: ['document'], where });
    return rows[0] === undefined ? {} : fromJson(rows[0][0]);
  }
}

export class ServiceInfoRepository extends ServiceInfoReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  async save(info: ServiceInfo): Promise<void> {
    await this.#tx.lock(['service-info']);
    await this.#tx.delete(SERVICE_INFO, eq('key', KEY));
    await this.#tx.insertArrays(SERVICE_INFO, ['key', 'document'], [[KEY, toJson(info)]]);
  }
}
