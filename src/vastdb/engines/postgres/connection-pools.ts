import type { Logger } from 'pino';
import type { PoolStatistics } from '../../engine.ts';
import { Connections, type ConnectionsOptions, type Session } from './connections.ts';
import { TableError } from '../../table-error.ts';
import { isOutage, withAdvice } from './start-advice.ts';
import type { Ask } from './catalogue.ts';

export interface ConnectionPoolsOptions {
  /** With the password, and with `sslmode` and the like as libpq names them. */
  readonly url: string;
  /** A server for reads in the background, which may be a little behind; the first one unless set. */
  readonly replicaUrl: string | undefined;
  /** The most connections for requests; the background has a quarter as many beside. */
  readonly poolSize: number;
  /** 0: none. For requests alone: the background may take long. */
  readonly statementTimeoutMs: number;
  readonly logger: Logger;
}

const CATALOGUE_CONNECTIONS = 2;
/** While only a standby is reached, every write says so: more often than this connections are not opened anew. */
const RENEW_PAUSE_MS = 1000;

/** All connections of an engine. */
export class ConnectionPools {
  readonly interactive: Connections;
  /** Separate: a transaction that looks a table up holds one of the others. */
  readonly catalogue: Connections;
  readonly backgroundWrites: Connections;
  readonly backgroundReads: Connections;
  /** Connections to the read replica; undefined where there is none. */
  readonly replica: ReplicaConnections | undefined;
  #renewedAt = -Infinity;

  constructor({ url, replicaUrl, poolSize, statementTimeoutMs, logger }: ConnectionPoolsOptions) {
    const onReadOnly = (): void => {
      this.renew();
    };
    const requests = { url, statementTimeoutMs, onReadOnly };
    const background = { url, poolSize: Math.max(2, Math.ceil(poolSize / 4)), statementTimeoutMs: 0, onReadOnly };
    const reads = { ...background, name: 'background_reads', cursors: true };
    this.interactive = new Connections({ ...requests, name: 'requests', poolSize });
    this.catalogue = new Connections({ ...requests, name: 'catalogue', poolSize: CATALOGUE_CONNECTIONS });
    this.backgroundWrites = new Connections({ ...background, name: 'background_writes' });
    const primary = new Connections(reads);
    this.replica = replicaUrl === undefined ? undefined : new ReplicaConnections(replicaUrl, reads, primary, logger);
    this.backgroundReads = this.replica ?? primary;
  }

  get load(): PoolStatistics[] {
    return this.#all().map(({ load }) => load);
  }

  /** Has all connections opened anew: after a failover the name in the URL leads to another server. */
  renew(): void {
    const now = performance.now();
    if (now - this.#renewedAt < RENEW_PAUSE_MS) return;
    this.#renewedAt = now;
    for (const each of this.#all()) each.renew();
  }

  /** Waits for the statements that run. */
  async close(): Promise<void> {
    await Promise.all(this.#all().map((each) => each.close()));
  }

  #all(): Connections[] {
    return [this.interactive, this.catalogue, this.backgroundWrites, this.backgroundReads];
  }
}

/** How long a lost replica is not asked. */
const PAUSE_MS = 10_000;

/** Connections to the read replica; to the primary while the replica cannot be reached. */
class ReplicaConnections extends Connections {
  readonly #primary: Connections;
  readonly #logger: Logger;
  #lostUntil = -Infinity;
  #isLost = false;

  /** @param options of both, with the URL of the primary. */
  constructor(url: string, options: ConnectionsOptions, primary: Connections, logger: Logger) {
    super({ ...options, url, isReplica: true });
    this.#primary = primary;
    this.#logger = logger;
  }

  /**
   * Runs a check on the replica. One that cannot be reached now is no reason not to start.
   *
   * @throws TableError with one line that says what to do.
   */
  async check(work: (ask: Ask) => Promise<void>): Promise<void> {
    try {
      const session = await super.session();
      try {
        await work(async (text, values) => (await session.run({ text, values })).rows);
      } finally {
        session.release();
      }
    } catch (error) {
      const advised = withAdvice(error, 'DATABASE_REPLICA_URL');
      if (!isOutage(error)) throw advised;
      this.#lose(advised);
    }
  }

  override get load(): PoolStatistics {
    return this.#isLost ? this.#primary.load : super.load;
  }

  override async session(): Promise<Session> {
    if (performance.now() < this.#lostUntil) return this.#primary.session();
    try {
      const session = await super.session();
      if (this.#isLost) this.#logger.info('background reads go to the replica again');
      this.#isLost = false;
      return session;
    } catch (error) {
      if (!(error instanceof TableError) || error.kind === 'busy') throw error;
      this.#lose(error);
      return this.#primary.session();
    }
  }

  override renew(): void {
    super.renew();
    this.#primary.renew();
  }

  override async close(): Promise<void> {
    await Promise.all([super.close(), this.#primary.close()]);
  }

  #lose(error: unknown): void {
    if (!this.#isLost) {
      this.#logger.warn({ err: error }, 'the server of DATABASE_REPLICA_URL is lost: the primary does its reads');
    }
    this.#isLost = true;
    this.#lostUntil = performance.now() + PAUSE_MS;
  }
}
