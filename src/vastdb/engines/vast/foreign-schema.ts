import type { Row } from '../../engine.ts';
import { VastClient } from './client/vast-client.ts';
import type { WireColumn } from './protocol/wire-column.ts';
import { checkCluster } from './start-checks.ts';
import { keepAlive } from './transactions/keep-alive.ts';
import { readOnce, Rollbacks } from './transactions/rollbacks.ts';
import { ClusterTransport, type ClusterTransportOptions } from './transport/cluster-transport.ts';

export interface ForeignSchemaOptions extends ClusterTransportOptions {
  readonly bucket: string;
  readonly schema: string;
}

/** The consumer of a scan may take long between two pages. */
const KEEP_ALIVE_MS = 1_000;

/** Nanoseconds of Arrow's units of time, by their numbers. */
const UNIT_NS = [1_000_000_000n, 1_000_000n, 1000n, 1n] as const;

/** A schema of somebody else on a VAST cluster. It is only read, and nothing is made in it. */
export class ForeignSchema {
  readonly #client: VastClient;
  readonly #rollbacks: Rollbacks;
  readonly #transport: ClusterTransport;

  private constructor(client: VastClient, rollbacks: Rollbacks, transport: ClusterTransport) {
    this.#client = client;
    this.#rollbacks = rollbacks;
    this.#transport = transport;
  }

  /** @throws TableError with one line that says what to do, where the schema cannot be read. */
  static async open(options: ForeignSchemaOptions): Promise<ForeignSchema> {
    const transport = new ClusterTransport(options);
    const client = new VastClient({ transport, bucket: options.bucket, schema: options.schema });
    const opened = new ForeignSchema(client, new Rollbacks(client.transactions), transport);
    try {
      await checkCluster(client, opened.#rollbacks, options);
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** Names of the columns that can be read, and how many rows there are; undefined where there is no such table. */
  async describe(table: string): Promise<{ readonly columns: string[]; readonly rows: number } | undefined> {
    return readOnce(this.#client, this.#rollbacks, async (id) => {
      if ((await this.#client.tables.find(id, table)) === undefined) return undefined;
      const columns = (await this.#client.columns.readable(id, table)).map(({ name }) => name);
      return { columns, rows: (await this.#client.tables.stats(id, table)).rows };
    });
  }

  /** All rows as of one moment, a page at a time, in no order. Timestamps are nanoseconds since 1970. */
  async *scan(table: string, columns: readonly string[]): AsyncGenerator<Row[]> {
    const id = await this.#client.transactions.begin();
    const letGo = keepAlive(this.#client, id, KEEP_ALIVE_MS);
    try {
      const readable = await this.#client.columns.readable(id, table);
      const foreign = new Map(readable.map((column) => [column.name, column]));
      const units = columns.map((name) => unitOf(foreign.get(name)));
      const info = { name: table, columnsByName: new Map(), readOnly: foreign, sortKey: [] };
      for await (const page of this.#client.queries.pages({ transactionId: id, table: info, columns })) {
        yield page.rows().map((cells) => {
          const row: Record<string, Row[string]> = {};
          columns.forEach((name, index) => {
            const [cell = null, unit] = [cells[index], units[index]];
            row[name] = unit !== undefined && typeof cell === 'bigint' ? cell * unit : cell;
          });
          return row;
        });
      }
    } finally {
      letGo();
      void this.#rollbacks.end(id);
    }
  }

  async close(): Promise<void> {
    await this.#rollbacks.close();
    this.#transport.close();
  }
}

const unitOf = (column: WireColumn | undefined): bigint | undefined =>
  column?.type === 'timestamp' ? UNIT_NS[column.dimension] : undefined;
