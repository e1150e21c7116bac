import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mayUseReserve } from '../../../operation/disk-reserve.ts';
import type {
  ColumnDefinition,
  ForeignColumns,
  EngineCapabilities,
  Lane,
  ScanningReader,
  TableDefinition,
  TableEngine,
  TableStats,
  TableTransaction,
  TransactionOptions,
} from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { BackgroundReader, backgroundTransaction } from './background-lane.ts';
import { Checkpointer } from './checkpointer.ts';
import { Connection, type ConnectionOptions, type Synchronous } from './connection.ts';
import { DiskRoom } from './disk-room.ts';
import { GroupCommit } from './group-commit.ts';
import { InteractiveReader } from './interactive-reader.ts';
import { LogSync } from './log-sync.ts';
import { dropFullTextText, fullTextStatements, fullTextTable } from './full-text.ts';
import { addColumnText, createIndexTexts, createTableText, dropTableText, indexName } from './schema-statements.ts';
import { Session } from './session.ts';
import { toTableError, unlessBusy } from './sqlite-error.ts';
import { WorkerClient } from './worker-client.ts';
import { untilUnlocked, wakeWaiting, WriteLock } from './write-lock.ts';

interface SqliteEngineOptions {
  /** Folder of `tables.sqlite`; made when it is missing. */
  readonly directory: string;
  /** Durability of a commit: `full` survives a power cut, `normal` the death of the process. */
  readonly synchronous: Synchronous;
  /** Memory for pages of the database in all, in MiB. */
  readonly cacheMib: number;
  /** Kept free on the disk for transactions that make room; 0, the default, keeps none. */
  readonly reserveBytes?: number;
}

/** Shares of the cache: reads of requests matter most. The two background threads get a part each. */
const cacheShares = { interactiveRead: 0.5, interactiveWrite: 0.25, background: 0.125 };

/** How long a background thread waits for another process, when it reads. */
const backgroundBusyTimeoutMs = 10_000;

/**
 * Opens the embedded engine. Several processes may use one directory at a time.
 *
 * @throws TableError `unavailable` where the directory cannot be used, `corrupt` where the file is no database.
 */
export async function openSqliteEngine(options: SqliteEngineOptions): Promise<TableEngine> {
  const file = join(options.directory, 'tables.sqlite');
  const cacheKib = options.cacheMib * 1024;
  const common = { file, synchronous: options.synchronous, busyTimeoutMs: 0 };
  try {
    // Only for the owner: it may hold hashes of passwords.
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new TableError('unavailable', `The directory ${options.directory} cannot be made: ${String(error)}`, error);
  }
  // The one that writes comes first: it turns the log on, which a connection for reads cannot. Its
  // commits are synced by LogSync where they have to be, off the main thread.
  const writer = await open({
    ...common,
    synchronous: 'normal',
    purpose: 'write',
    cacheKib: Math.ceil(cacheKib * cacheShares.interactiveWrite),
  });
  try {
    const reader = await open({
      ...common,
      purpose: 'read',
      cacheKib: Math.ceil(cacheKib * cacheShares.interactiveRead),
    });
    const background = { ...common, cacheKib: Math.ceil(cacheKib * cacheShares.background) };
    const logSync = options.synchronous === 'full' ? new LogSync(file) : undefined;
    return new SqliteEngine(file, options.reserveBytes ?? 0, new Session(writer), new Session(reader), logSync, {
      reader: new WorkerClient({ ...background, purpose: 'read', busyTimeoutMs: backgroundBusyTimeoutMs }),
      writer: new WorkerClient({ ...background, purpose: 'write' }),
    });
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** Another process that opens or recovers the same file may hold a lock for a moment. */
const open = (options: ConnectionOptions): Promise<Connection> =>
  untilUnlocked(() => unlessBusy(() => new Connection(options)));

export const SQLITE_CAPABILITIES: EngineCapabilities = Object.freeze({
  relational: true,
  byteLimits: true,
  serializable: true,
});

class SqliteEngine implements TableEngine {
  readonly name = 'sqlite';
  readonly capabilities = SQLITE_CAPABILITIES;
  readonly #file: string;
  readonly #writer: Session;
  readonly #reader: Session;
  readonly #workers: { readonly reader: WorkerClient; readonly writer: WorkerClient };
  readonly #lock = new WriteLock();
  readonly #logSync: LogSync | undefined;
  readonly #room: DiskRoom;
  readonly #checkpointer: Checkpointer;
  readonly #groupCommit: GroupCommit;
  readonly #interactiveReader: InteractiveReader;
  readonly #backgroundReader: ScanningReader;
  #emptying: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    file: string,
    reserveBytes: number,
    writer: Session,
    reader: Session,
    logSync: LogSync | undefined,
    workers: { readonly reader: WorkerClient; readonly writer: WorkerClient },
  ) {
    this.#file = file;
    this.#writer = writer;
    this.#reader = reader;
    this.#workers = workers;
    this.#room = new DiskRoom(file, reserveBytes, writer);
    this.#checkpointer = new Checkpointer(file, workers.writer, this.#lock, this.#room);
    this.#logSync = logSync;
    this.#groupCommit = new GroupCommit(writer, this.#lock, {
      admit: () => this.#admit(),
      durable: async () => logSync?.synced(),
      onCommit: () => this.#afterCommit(),
    });
    this.#backgroundReader = new BackgroundReader(workers.reader);
    this.#interactiveReader = new InteractiveReader(reader, this.#backgroundReader);
  }

  async listTables(): Promise<string[]> {
    this.#checkOpen();
    return this.#reader.listTables();
  }

  async describeTable(table: string): Promise<ColumnDefinition[] | undefined> {
    this.#checkOpen();
    return this.#reader.describe(table)?.columns.slice();
  }

  async foreignColumns(table: string): Promise<ForeignColumns> {
    this.#checkOpen();
    return this.#reader.describe(table)?.foreign ?? new Map();
  }

  async createTable(definition: TableDefinition): Promise<void> {
    const statements = [
      createTableText(definition),
      ...createIndexTexts(definition),
      ...fullTextStatements(definition),
    ];
    // Checked under the lock, here as below: another process may have made it a moment ago.
    await this.#changeSchema(() => (this.#writer.describe(definition.name) === undefined ? statements : []));
  }

  async addColumns(table: string, columns: readonly ColumnDefinition[]): Promise<void> {
    await this.#changeSchema(() => {
      const present = this.#writer.describe(table);
      if (present === undefined) throw new TableError('invalid', `There is no table ${JSON.stringify(table)}.`);
      const missing = columns.filter(
        (column) => !present.columnsByName.has(column.name) && !present.foreign.has(column.name),
      );
      return missing.map((column) => addColumnText(table, column));
    });
  }

  async createIndexes(definition: TableDefinition): Promise<void> {
    await this.#changeSchema(() => [
      ...createIndexTexts(definition),
      ...(this.#writer.listIndexes(definition.name).includes(fullTextTable(definition.name))
        ? []
        : fullTextStatements(definition)),
    ]);
  }

  async missingIndexes(definition: TableDefinition): Promise<string[]> {
    this.#checkOpen();
    const { name, indexes = [], fullText } = definition;
    const wanted = indexes.map((index) => indexName(name, index));
    if (fullText !== undefined) wanted.push(fullTextTable(name));
    const present = new Set(this.#reader.listIndexes(name));
    return wanted.filter((index) => !present.has(index));
  }

  async dropTable(table: string): Promise<void> {
    await this.#changeSchema(() => [dropFullTextText(table), dropTableText(table)]);
  }

  /** Reads the whole table off the main thread: with millions of rows that takes seconds. */
  async stats(table: string): Promise<TableStats> {
    const rows = await this.reader('background').count(table);
    return { rows, bytes: await this.#workers.reader.call('bytes', table) };
  }

  reader(lane: Lane = 'interactive'): ScanningReader {
    this.#checkOpen();
    return lane === 'background' ? this.#backgroundReader : this.#interactiveReader;
  }

  /** `work` must not call `transaction` itself: the inner one waits for the outer one to end. */
  async transaction<T>(work: (tx: TableTransaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    this.#checkOpen();
    if (this.#room.isLogInTheWay()) {
      await this.#emptyLog();
      this.#checkOpen();
    }
    try {
      return await this.#runTransaction(work, options);
    } catch (error) {
      if (!(error instanceof TableError && error.kind === 'full')) throw error;
      if (!mayUseReserve() && !this.#room.isLogInTheWay()) throw error;
      // Even where others have used up the reserve: the log can be emptied into pages that are there already.
      await this.#emptyLog();
      return this.#runTransaction(work, options);
    }
  }

  /** Once for all that wait for it. Where it fails, the transaction says why. */
  #emptyLog(): Promise<void> {
    this.#emptying ??= this.#checkpointer
      .empty()
      .catch(() => undefined)
      .finally(() => {
        this.#emptying = undefined;
        this.#room.lookAgain();
      });
    return this.#emptying;
  }

  #runTransaction<T>(work: (tx: TableTransaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    if (options?.lane !== 'background') return this.#groupCommit.transaction(work);
    return backgroundTransaction(this.#workers.writer, this.#lock, work, {
      database: this.#file,
      admit: () => this.#admit(),
      onCommit: () => this.#afterCommit(),
    });
  }

  async health(): Promise<void> {
    this.#checkOpen();
    this.#reader.ping();
  }

  /** Waits for the transactions that were begun, and leaves one file without a log. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#groupCommit.drained();
    // When it is our turn, all earlier holders of the lock are done, and there are no later ones.
    await this.#lock.hold(() => undefined);
    await this.#checkpointer.settled();
    await Promise.all([this.#workers.reader.close(), this.#workers.writer.close()]);
    await this.#logSync?.close();
    this.#interactiveReader.endSnapshot();
    this.#reader.close();
    this.#writer.close();
  }

  async #changeSchema(statements: () => readonly string[]): Promise<void> {
    this.#checkOpen();
    await this.#lock.hold(async () => {
      await untilUnlocked(() => this.#writer.tryBegin(), this.#file);
      try {
        this.#writer.execute(statements());
        this.#writer.commit();
      } catch (error) {
        this.#writer.abandon();
        throw toTableError(error, this.#file);
      }
      this.#interactiveReader.endSnapshot();
      this.#reader.forgetSchema();
      await Promise.all([this.#workers.reader.forgetSchema(), this.#workers.writer.forgetSchema()]);
      await this.#logSync?.synced();
    });
  }

  #afterCommit(): void {
    wakeWaiting(this.#file);
    this.#interactiveReader.endSnapshot();
    this.#checkpointer.look();
  }

  #admit(): void {
    try {
      this.#room.admit();
    } catch (error) {
      // It may be the log that takes the room.
      this.#checkpointer.look();
      throw error;
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new TableError('unavailable', `The tables in ${this.#file} are closed.`);
  }
}
