import type { Logger } from 'pino';
import type { PoolStatistics } from '../../engine.ts';
import { Connections } from './connections.ts';
import { ReplicaConnections } from './replica-connections.ts';

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
