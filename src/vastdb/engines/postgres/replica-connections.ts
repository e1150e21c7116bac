import type { Logger } from 'pino';
import type { PoolStatistics } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { isOutage, withAdvice } from './start-advice.ts';
import type { Ask } from './catalogue.ts';
import { Connections, type ConnectionsOptions, type Session } from './connections.ts';

/** How long a lost replica is not asked. */
const PAUSE_MS = 10_000;

/** Connections to the read replica; to the primary while the replica cannot be reached. */
export class ReplicaConnections extends Connections {
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
