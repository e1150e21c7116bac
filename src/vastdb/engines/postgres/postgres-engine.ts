import type {
  ColumnDefinition,
  ForeignColumns,
  EngineCapabilities,
  Lane,
  PoolStatistics,
  ScanningReader,
  TableDefinition,
  TableEngine,
  TableStats,
  TableTransaction,
  TransactionOptions,
} from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { type Ask, Catalogue } from './catalogue.ts';
import { ConnectionPools, type ConnectionPoolsOptions } from './connection-pools.ts';
import type { Session } from './connections.ts';
import { LOCK_TABLE } from './names.ts';
import { PostgresReader } from './postgres-reader.ts';
import { addColumnTexts, createIndexTexts, createTableTexts, dropTableText } from './schema-statements.ts';
import { checkReplica, serverExpression } from './server-identity.ts';
import { withAdvice } from './start-advice.ts';
import { checkServer, schemaTexts } from './start-checks.ts';
import { Statements } from './statements.ts';
import { WriteTransactions } from './write-transactions.ts';

export interface PostgresEngineOptions extends ConnectionPoolsOptions {
  /** The schema of the tables. */
  readonly schema: string;
}

const capabilities: EngineCapabilities = Object.freeze({
  relational: true,
  serializable: false,
  retriesConflicts: true,
});

/** Any number: it only has to be the same for all who change the schema. */
const SCHEMA_LOCK = 7_424_181_123;
/** Others must not wait behind a change of a table that waits for a long read itself. */
const SCHEMA_LOCK_TIMEOUT_MS = 10_000;

/**
 * Opens the tables in one schema of a PostgreSQL database. Any number of processes may use them at a time.
 *
 * @throws TableError with one line that says what to do, where the server cannot be used.
 */
export async function openPostgresEngine(options: PostgresEngineOptions): Promise<TableEngine> {
  const { schema, logger } = options;
  const pools = new ConnectionPools(options);
  const ask: Ask = async (text, values) => (await pools.catalogue.run({ text, values })).rows;
  try {
    const state = await checkServer(ask, schema);
    const server = await serverExpression(ask);
    await pools.replica?.check((replica) => checkReplica(ask, replica, server));
    const engine = new PostgresEngine(schema, pools, ask, server);
    if (state !== 'ours') await engine.makeSchema(state === 'present');
    logger.info({ schema }, 'the tables are on PostgreSQL');
    return engine;
  } catch (error) {
    await pools.close();
    throw withAdvice(error, 'DATABASE_URL');
  }
}

class PostgresEngine implements TableEngine {
  readonly name = 'postgres';
  readonly capabilities = capabilities;
  readonly #schema: string;
  /** In double quotes. */
  readonly #quotedSchema: string;
  readonly #pools: ConnectionPools;
  readonly #ask: Ask;
  readonly #catalogue: Catalogue;
  readonly #statements: Statements;
  readonly #readers: Readonly<Record<Lane, ScanningReader>>;
  readonly #writes: WriteTransactions;
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(schema: string, pools: ConnectionPools, ask: Ask, server: string) {
    const { interactive, backgroundReads } = pools;
    this.#schema = schema;
    this.#quotedSchema = `"${schema.replaceAll('"', '""')}"`;
    this.#pools = pools;
    this.#ask = ask;
    this.#catalogue = new Catalogue(ask, schema);
    const statements = new Statements(this.#catalogue, this.#quotedSchema);
    this.#statements = statements;
    this.#readers = {
      interactive: new PostgresReader(interactive, backgroundReads, statements),
      background: new PostgresReader(backgroundReads, backgroundReads, statements),
    };
    this.#writes = new WriteTransactions(statements, this.#quotedSchema, server);
  }

  /** @param exists one that is empty, or that others have tables in. */
  async makeSchema(exists: boolean): Promise<void> {
    await this.#changeSchema(async () => schemaTexts(this.#quotedSchema, exists));
  }

  async listTables(): Promise<string[]> {
    this.#checkOpen();
    return this.#catalogue.list();
  }

  async describeTable(table: string): Promise<ColumnDefinition[] | undefined> {
    this.#checkOpen();
    return (await this.#catalogue.find(table))?.columns.slice();
  }

  async foreignColumns(table: string): Promise<ForeignColumns> {
    this.#checkOpen();
    return (await this.#catalogue.find(table))?.foreign ?? new Map();
  }

  async createTable(definition: TableDefinition): Promise<void> {
    const texts = [
      ...createTableTexts(this.#quotedSchema, definition),
      ...[...createIndexTexts(this.#quotedSchema, definition).values()].flat(),
    ];
    await this.#changeSchema(async () => ((await this.#catalogue.find(definition.name)) === undefined ? texts : []));
    this.#catalogue.forget(definition.name);
  }

  async addColumns(table: string, columns: readonly ColumnDefinition[]): Promise<void> {
    this.#checkOpen();
    if ((await this.#catalogue.find(table)) === undefined) {
      throw new TableError('invalid', `There is no table ${JSON.stringify(table)}.`);
    }
    const texts = columns.flatMap((column) => addColumnTexts(this.#quotedSchema, table, column));
    await this.#changeSchema(async () => texts);
    this.#catalogue.forget(table);
  }

  async createIndexes(definition: TableDefinition): Promise<void> {
    this.#checkOpen();
    const missing = new Set(await this.missingIndexes(definition));
    if (missing.size === 0) return;
    const texts = createIndexTexts(this.#quotedSchema, definition);
    await this.#changeSchema(async () => [...texts].flatMap(([name, text]) => (missing.has(name) ? text : [])));
    this.#catalogue.forget(definition.name);
  }

  async missingIndexes(definition: TableDefinition): Promise<string[]> {
    this.#checkOpen();
    const present = await this.#catalogue.indexes(definition.name);
    return [...createIndexTexts(this.#quotedSchema, definition).keys()].filter((name) => !present.has(name));
  }

  async dropTable(table: string): Promise<void> {
    await this.#changeSchema(async () => [dropTableText(this.#quotedSchema, table)]);
    this.#catalogue.forget(table);
  }

  /** Counts all rows: with millions of them that takes seconds. */
  async stats(table: string): Promise<TableStats> {
    const rows = await this.reader('background').count(table);
    const [[bytes] = []] = await this.#ask(
      `SELECT pg_total_relation_size(format('%I.%I', $1::text, $2::text)::regclass)`,
      [this.#schema, table],
    );
    return { rows, bytes: Number(bytes ?? 0) };
  }

  reader(lane: Lane = 'interactive'): ScanningReader {
    this.#checkOpen();
    return this.#readers[lane];
  }

  /** On one connection, which does one thing at a time. */
  async snapshot<T>(work: (reader: ScanningReader) => Promise<T>): Promise<T> {
    this.#checkOpen();
    const session = await this.#pools.backgroundReads.session();
    const scans = {
      session: async () => ({
        cursor: session.cursor.bind(session),
        spoil: session.spoil.bind(session),
        release: () => undefined,
      }),
    };
    try {
      await session.runText('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const result = await work(new PostgresReader(session, scans, this.#statements));
      await session.runText('COMMIT');
      return result;
    } catch (error) {
      // A scan may have been left in the middle.
      session.spoil(error);
      throw error;
    } finally {
      session.release();
    }
  }

  async transaction<T>(work: (tx: TableTransaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    this.#checkOpen();
    const { interactive, backgroundWrites } = this.#pools;
    const running = this.#writes.run(options.lane === 'background' ? backgroundWrites : interactive, work);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async version(): Promise<string> {
    const [[version] = []] = await this.#ask(`SELECT current_setting('server_version')`, []);
    return version ?? 'unknown';
  }

  poolStatistics(): PoolStatistics[] {
    return this.#pools.load;
  }

  /** Costs one query: it shows that the server answers, takes writes, and has the tables. */
  async health(): Promise<void> {
    this.#checkOpen();
    const [[isReadOnly, table] = []] = await this.#ask(
      `SELECT current_setting('transaction_read_only'), to_regclass(format('%I.%I', $1::text, $2::text))`,
      [this.#schema, LOCK_TABLE],
    );
    if (isReadOnly === 'on') {
      this.#pools.renew();
      throw new TableError('unavailable', 'PostgreSQL takes no writes here: it is a standby, or set to read only.');
    }
    if (table != null) return;
    throw new TableError(
      'unavailable',
      `The tables are gone from the schema ${this.#schema}: a server that is started now makes empty ones.`,
    );
  }

  /** Waits for the transactions that were begun. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#pools.close();
  }

  /** In one transaction, one process at a time: replicas that start together find what the first one made. */
  async #changeSchema(statements: () => Promise<readonly string[]>): Promise<void> {
    this.#checkOpen();
    const session = await this.#pools.backgroundWrites.session();
    try {
      await session.runText('BEGIN');
      await session.runText(`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`);
      await session.runText(`SET LOCAL lock_timeout = ${SCHEMA_LOCK_TIMEOUT_MS}`);
      for (const text of await statements()) await session.runText(text);
      await session.runText('COMMIT');
    } catch (error) {
      await rollBack(session);
      throw error;
    } finally {
      session.release();
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new TableError('unavailable', 'The tables on PostgreSQL are closed.');
  }
}

async function rollBack(session: Session): Promise<void> {
  await session.runText('ROLLBACK').catch((error: unknown) => {
    session.spoil(error);
  });
}
