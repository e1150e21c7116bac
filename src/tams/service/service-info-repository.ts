import type { ServiceInfo, ServiceInfoReads, ServiceInfos } from './service-info.ts';
import { eq } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { TableReads } from '../table-access.ts';
import { SERVICE_INFO } from '../tables.ts';

/** The table has one row: clients' changes of the service's description. */
const KEY = 'service';

export class ServiceInfoReader implements ServiceInfoReads {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  async get(): Promise<ServiceInfo> {
    const where = eq('key', KEY);
    const { rows } = await this.#reader.select({ table: SERVICE_INFO.name, columns: ['document'], where });
    return rows[0] === undefined ? {} : (JSON.parse(rows[0][0] as string) as ServiceInfo);
  }
}

export class ServiceInfoRepository extends ServiceInfoReader implements ServiceInfos {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  async save(info: ServiceInfo): Promise<void> {
    await this.#tx.lock(['service-info']);
    await this.#tx.delete(SERVICE_INFO.name, eq('key', KEY));
    await this.#tx.insertArrays(SERVICE_INFO.name, ['key', 'document'], [[KEY, JSON.stringify(info)]]);
  }
}
