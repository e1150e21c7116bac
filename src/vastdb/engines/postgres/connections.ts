import pg from 'pg';
import Cursor from 'pg-cursor';
import type { PoolStatistics } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { isReadOnly, RETRY_AFTER_MS, toTableError } from './postgres-error.ts';
import type { Statement } from './row-statements.ts';

export interface ConnectionsOptions {
  /** As it is in the metrics. */
  readonly name: string;
  readonly url: string;
  /** The most connections at a time. */
  readonly poolSize: number;
  /** 0: none. */
  readonly statementTimeoutMs: number;
  /** Whether cursors are opened, for which statements have to wait for each other's answers. */
  readonly cursors?: boolean;
  /** Whether the server may be one that takes no writes. Otherwise connections to such a one are not kept. */
  readonly isReplica?: boolean;
  /** Called when a connection, opened since `renew`, leads to a server that takes no writes. */
  readonly onReadOnly: () => void;
}

/** The result of a statement: cells as texts. */
export interface Answer {
  /** The first word of the command, such as `COMMIT`. */
  readonly command: string;
  /** Rows returned or written. */
  readonly count: number;
  readonly rows: (string | null)[][];
}

/** How long a request waits for a connection. */
const CONNECT_TIMEOUT_MS = 5000;
const IDLE_TIMEOUT_MS = 60_000;
/** How much later than the server a connection gives up a statement: then the network, or the server, is gone. */
const SILENCE_MS = 5000;
/** The client library's words for "no connection came back in time". */
const WAITED_IN_VAIN = 'timeout exceeded when trying to connect';
const CONNECTED_IN_VAIN = 'Connection terminated due to connection timeout';

/** Most prepared statements: the server keeps each for every connection. */
const MOST_PREPARED = 500;
/** Longer ones have long lists in them, and hardly come again. */
const LONGEST_PREPARED = 8000;

/** Names of prepared statements: every connection has the same ones for the same texts. */
class StatementNames {
  readonly #names = new Map<string, string>();

  nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= MOST_PREPARED || text.length > LONGEST_PREPARED) return known;
    const name = `tams_${this.#names.size + 1}`;
    this.#names.set(text, name);
    return name;
  }
}

const identity = (text: string): string => text;
/** Cells are decoded by the columns that they are of, not by the types of the server. */
const AS_TEXTS = {
  rowMode: 'array',
  types: { getTypeParser: () => identity } as unknown as pg.CustomTypesConfig,
} as const;

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/** Settings of a server that takes no writes. It reports them, as each connection opens and as they change. */
const READ_ONLY_SETTINGS = new Set(['in_hot_standby', 'default_transaction_read_only']);

/** Connections whose server has told that it takes no writes. */
const readOnly = new WeakSet<pg.Client>();

/** Hears what the server reports of itself before the connection is handed out. */
class Client extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const settings = new Set<string>();
    this.connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      if (!READ_ONLY_SETTINGS.has(parameterName)) return;
      if (parameterValue === 'on') settings.add(parameterName);
      else settings.delete(parameterName);
      if (settings.size > 0) readOnly.add(this);
      else readOnly.delete(this);
    });
  }
}

/** Connections to one server, which are opened when they are needed, and closed when they are not. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #names = new StatementNames();
  readonly #pool: pg.Pool;
  readonly #open = new Set<pg.PoolClient>();
  readonly #outdated = new WeakSet<pg.PoolClient>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#pool = this.#makePool();
  }

  get load(): PoolStatistics {
    const { name, poolSize } = this.#options;
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { pool: name, used: totalCount - idleCount, idle: idleCount, max: poolSize, waiting: waitingCount };
  }

  /**
   * Runs one statement by itself.
   *
   * @throws TableError
   */
  async run(statement: Statement): Promise<Answer> {
    const session = await this.session();
    try {
      return await session.run(statement);
    } catch (error) {
      session.spoil(error);
      throw error;
    } finally {
      session.release();
    }
  }

  /**
   * A connection for the caller alone, until its `release`.
   *
   * @throws TableError `busy` when all were in use for too long.
   */
  async session(): Promise<Session> {
    for (;;) {
      const client = await this.#connect();
      if (!this.#outdated.has(client)) {
        const onReadOnly = (): void => {
          if (!this.#outdated.has(client)) this.#options.onReadOnly();
        };
        return new Session(client, this.#names, onReadOnly, this.#options.isReplica === true);
      }
      client.release(true);
    }
  }

  /** Closes the present connections as they come back: after a failover they lead to the wrong server. */
  renew(): void {
    for (const client of this.#open) this.#outdated.add(client);
  }

  /** Waits for the statements that run. */
  close(): Promise<void> {
    return this.#pool.end();
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      const { name, poolSize } = this.#options;
      const waited = `for ${CONNECT_TIMEOUT_MS / 1000} s`;
      const reason = error instanceof Error ? error.message : '';
      if (reason === WAITED_IN_VAIN && this.#open.size >= poolSize) {
        const busy = `All ${poolSize} connections to PostgreSQL of the pool ${name} were busy ${waited}`;
        const advice = 'raise DATABASE_POOL_SIZE, or look for what is slow in pg_stat_activity';
        throw new TableError('busy', `${busy}: ${advice}.`, error, RETRY_AFTER_MS);
      }
      // Not asked again at once, unlike a connection that died: a request would wait twice.
      if (reason === WAITED_IN_VAIN || reason === CONNECTED_IN_VAIN) {
        const text = `PostgreSQL cannot be reached: no connection could be opened ${waited}.`;
        throw new TableError('unavailable', text, error, RETRY_AFTER_MS);
      }
      throw toTableError(error);
    }
  }

  #makePool(): pg.Pool {
    const { url, poolSize, statementTimeoutMs, cursors = false } = this.#options;
    const pool = new pg.Pool({
      Client,
      connectionString: url,
      max: poolSize,
      pipeline: !cursors,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      application_name: 'vast-tams',
      ...(statementTimeoutMs > 0 && {
        statement_timeout: statementTimeoutMs,
        query_timeout: statementTimeoutMs + SILENCE_MS,
      }),
    });
    // If a connection dies, its statement fails; nobody needs to know about idle ones.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => {
      client.on('error', () => undefined);
      this.#open.add(client);
    });
    pool.on('remove', (client) => this.#open.delete(client));
    return pool;
  }
}

/**
 * One connection. Statements are sent at once and answered in order: a caller need not wait for one before it sends the
 * next.
 */
export class Session {
  readonly #client: pg.PoolClient;
  readonly #names: StatementNames;
  readonly #onReadOnly: () => void;
  readonly #isReplica: boolean;
  #spoilt: Error | undefined;
  #isHeld = false;

  constructor(client: pg.PoolClient, names: StatementNames, onReadOnly: () => void, isReplica: boolean) {
    this.#client = client;
    this.#names = names;
    this.#onReadOnly = onReadOnly;
    this.#isReplica = isReplica;
  }

  /** @throws TableError */
  run({ text, values }: Statement): Promise<Answer> {
    const name = this.#names.nameOf(text);
    return this.#query({ text, values: [...values], ...(name !== undefined && { name }) });
  }

  /** A statement without values, not prepared. @throws TableError */
  runText(text: string): Promise<Answer> {
    return this.#query({ text });
  }

  /** Reads the rows of a statement in parts; there are no more when a part is empty. Not on connections without `cursors`. */
  cursor({ text, values }: Statement): { read(rows: number): Promise<(string | null)[][]> } {
    const cursor = this.#client.query(new Cursor<(string | null)[]>(text, [...values], AS_TEXTS));
    return {
      read: async (rows) => {
        try {
          return await cursor.read(rows);
        } catch (error) {
          throw toTableError(error);
        }
      },
    };
  }

  /** The connection is closed at its release: its state is unknown. */
  spoil(error: unknown): void {
    this.#spoilt ??= error instanceof Error ? error : new Error(String(error));
  }

  release(): void {
    // Reads of a demoted server would be stale for good: the next connection may lead to the new primary.
    this.#client.release(this.#spoilt ?? (!this.#isReplica && readOnly.has(this.#client)));
  }

  async #query(statement: pg.QueryConfig): Promise<Answer> {
    this.#hold();
    try {
      const asked = { ...statement, ...AS_TEXTS };
      const { command, rowCount, rows } = await this.#client.query<(string | null)[]>(asked);
      return { command, count: rowCount ?? 0, rows };
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): TableError {
    if (isReadOnly(error)) {
      this.spoil(error);
      this.#onReadOnly();
    }
    return toTableError(error);
  }

  /** Statements that are sent one behind the other travel in one packet: sending one costs more than making it. */
  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    const { stream } = this.#client.connection;
    stream.cork();
    process.nextTick(() => {
      this.#isHeld = false;
      stream.uncork();
    });
  }
}
