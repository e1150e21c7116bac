import type { Logger } from 'pino';
import type { EndpointStatistics } from '../../cluster/endpoint.ts';
import type { EndpointManager } from '../../cluster/endpoint-manager.ts';
import type {
  ColumnDefinition,
  EngineCapabilities,
  ForeignColumns,
  Lane,
  ScanningReader,
  TableDefinition,
  TableEngine,
  TableStats,
  TableTransaction,
  TransactionOptions,
} from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { Catalogue, shapeOf, type TableShape } from './catalogue.ts';
import type { ProjectionStatus } from './client/projections.ts';
import { supports, VastClient } from './client/vast-client.ts';
import { checkName, LOCK_TABLE } from './names.ts';
import { RequiredColumns } from './required-columns.ts';
import { checkCluster } from './start-checks.ts';
import { Statements } from './statements.ts';
import { TableChanges } from './table-changes.ts';
import { LockTable } from './transactions/lock-table.ts';
import { Rollbacks } from './transactions/rollbacks.ts';
import { SlotPool } from './transactions/slot-pool.ts';
import { SnapshotReads } from './transactions/snapshot-reads.ts';
import { WriteTransactions } from './transactions/write-transactions.ts';
import { ClusterTransport, type ClusterTransportOptions } from './transport/cluster-transport.ts';
import { VastReader } from './vast-reader.ts';

export interface VastEngineOptions extends ClusterTransportOptions {
  readonly bucket: string;
  readonly schema: string;
  readonly logger: Logger;
}

/** A cluster sorts nothing, joins nothing and knows no unique keys; see docs/adr/0008-vast-engine.md. */
const capabilities: EngineCapabilities = Object.freeze({
  relational: false,
  serializable: false,
  retriesConflicts: true,
  maxCellBytes: 126_000,
});

/**
 * Opens the tables of one schema on a VAST cluster. Any number of processes may use them at a time.
 *
 * @throws TableError with one line that says what to do, where the cluster cannot be used.
 */
export async function openVastEngine(options: VastEngineOptions): Promise<VastEngine> {
  const { bucket, schema, logger } = options;
  const transport = new ClusterTransport(options);
  const client = new VastClient({ transport, bucket, schema });
  const rollbacks = new Rollbacks(client.transactions);
  try {
    const version = await checkCluster(client, rollbacks, options);
    logger.info({ version: version.join('.'), bucket, schema }, 'the tables are on a VAST cluster');
    return new VastEngine({
      client,
      transport,
      rollbacks,
      locks: await LockTable.open(client, rollbacks),
      changes: new TableChanges(client, { rollbacks, sortedTables: supports(version, 'sortedTables'), logger }),
    });
  } catch (error) {
    await rollbacks.close();
    transport.close();
    throw error;
  }
}

interface Parts {
  readonly client: VastClient;
  readonly transport: ClusterTransport;
  readonly rollbacks: Rollbacks;
  readonly locks: LockTable;
  readonly changes: TableChanges;
}

class VastEngine implements TableEngine {
  readonly name = 'vast';
  readonly capabilities = capabilities;
  readonly #parts: Parts;
  readonly #required = new RequiredColumns();
  readonly #catalogue: Catalogue;
  readonly #snapshots: SnapshotReads;
  readonly #slots: SlotPool;
  readonly #writes: WriteTransactions;
  readonly #readers: Readonly<Record<Lane, ScanningReader>>;
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    const { client, locks, rollbacks } = parts;
    this.#parts = parts;
    this.#snapshots = new SnapshotReads({
      begin: () => client.transactions.begin(),
      end: (id) => {
        void rollbacks.end(id);
      },
    });
    this.#catalogue = new Catalogue((table) => this.#load(table));
    this.#slots = new SlotPool((count) => locks.addSlots(count));
    const statements = new Statements(client, this.#catalogue);
    this.#writes = new WriteTransactions({ client, statements, locks, slots: this.#slots, rollbacks });
    this.#readers = {
      interactive: new VastReader(this.#snapshots, client, statements, 'read'),
      background: new VastReader(this.#snapshots, client, statements, 'analytics'),
    };
  }

  /** The version that the cluster names. */
  async version(): Promise<string> {
    this.#checkOpen();
    return (await this.#parts.client.version()).join('.');
  }

  /** The addresses of the cluster, which can be added and removed at run time. */
  get endpoints(): EndpointManager {
    return this.#parts.transport.endpoints;
  }

  endpointStatistics(): EndpointStatistics[] {
    return this.endpoints.statistics();
  }

  async listTables(): Promise<string[]> {
    this.#checkOpen();
    const found = await this.#snapshots.read((id) => this.#parts.client.tables.list(id));
    return found.filter((name) => name !== LOCK_TABLE).sort();
  }

  async describeTable(table: string): Promise<ColumnDefinition[] | undefined> {
    this.#checkOpen();
    const shape = await this.#catalogue.find(table);
    return shape && this.#required.describe(table, shape.columns);
  }

  async foreignColumns(table: string): Promise<ForeignColumns> {
    this.#checkOpen();
    return (await this.#catalogue.find(table))?.foreign ?? new Map();
  }

  async createTable(definition: TableDefinition): Promise<void> {
    this.#checkOpen();
    checkName(definition.name);
    for (const { name } of definition.columns) checkName(name);
    await this.#parts.changes.create(definition);
    this.#catalogue.forget(definition.name);
    await this.createIndexes(definition);
  }

  async addColumns(table: string, columns: readonly ColumnDefinition[]): Promise<void> {
    this.#checkOpen();
    for (const { name } of columns) checkName(name);
    await this.#parts.changes.addColumns(table, columns);
    this.#required.add(table, columns);
    this.#catalogue.forget(table);
  }

  async createIndexes(definition: TableDefinition): Promise<void> {
    this.#checkOpen();
    this.#required.define(definition);
    await this.#parts.changes.createProjections(definition);
  }

  async missingIndexes(definition: TableDefinition): Promise<string[]> {
    const found = await this.projections(definition);
    return [...found].filter(([, status]) => status === undefined).map(([name]) => name);
  }

  /** The state of the projections that stand for the definition's indexes; undefined for a missing one. */
  projections(definition: TableDefinition): Promise<Map<string, ProjectionStatus | undefined>> {
    this.#checkOpen();
    return this.#parts.changes.projectionsOf(definition);
  }

  /** Drops those projections; `createIndexes`, as at the next start of a server, makes them again. @returns their names. */
  dropProjections(definition: TableDefinition): Promise<string[]> {
    this.#checkOpen();
    return this.#parts.changes.dropProjections(definition);
  }

  async dropTable(table: string): Promise<void> {
    this.#checkOpen();
    checkName(table);
    await this.#parts.changes.drop(table);
    this.#required.forget(table);
    this.#catalogue.forget(table);
  }

  async stats(table: string): Promise<TableStats> {
    this.#checkOpen();
    const { name } = await this.#catalogue.table(table);
    const { rows, bytes } = await this.#snapshots.read((id) => this.#parts.client.tables.stats(id, name));
    // Rows that take no space have not been counted yet.
    return { rows, bytes: bytes === 0 && rows > 0 ? undefined : bytes };
  }

  reader(lane: Lane = 'interactive'): ScanningReader {
    this.#checkOpen();
    return this.#readers[lane];
  }

  async transaction<T>(work: (tx: TableTransaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    this.#checkOpen();
    const running = this.#writes.run(work, options.lane ?? 'interactive');
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Costs four requests. It shows that the cluster can be reached, still takes the keys, and has the tables. */
  async health(): Promise<void> {
    this.#checkOpen();
    const { client } = this.#parts;
    if ((await client.bucketExists()) !== true) {
      throw new TableError(
        'unavailable',
        'The cluster refuses its bucket: it is gone, or the keys are not valid any more.',
      );
    }
    if ((await this.#snapshots.read((id) => client.tables.find(id, LOCK_TABLE))) !== undefined) return;
    throw new TableError(
      'unavailable',
      'The tables are gone from the cluster: a server that is started now makes empty ones.',
    );
  }

  /** Waits for the running transactions, and removes this process's own rows. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { locks, rollbacks, transport } = this.#parts;
    await Promise.allSettled(this.#running);
    // First: unfinished transactions hold their slots.
    await rollbacks.close();
    await locks.removeSlots(this.#slots.rowIds);
    transport.close();
  }

  async #load(table: string): Promise<TableShape | undefined> {
    checkName(table);
    const { tables, columns } = this.#parts.client;
    return this.#snapshots.read(async (id) => {
      const found = await tables.find(id, table);
      if (found === undefined) return undefined;
      const sortKey = found.isSorted ? await columns.listSorted(id, table) : [];
      const { columns: ours, foreign } = await columns.list(id, table);
      return shapeOf(table, ours, sortKey, foreign);
    });
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new TableError('unavailable', 'The tables on the cluster are closed.');
  }
}

export type { VastEngine };
