import { ByteBuffer } from 'flatbuffers';
import { TableError } from '../../../table-error.ts';
import { ListSchemasResponse } from '../flatbuffers/tabular.generated.ts';
import { readOrRefuse } from '../protocol/malformed.ts';
import type { ClusterTransport } from '../transport/cluster-transport.ts';
import { Columns } from './columns.ts';
import { readList, readNames } from './lists.ts';
import { Projections } from './projections.ts';
import { Queries } from './queries.ts';
import { Requests } from './requests.ts';
import { Rows } from './rows.ts';
import { Tables } from './tables.ts';
import { Transactions } from './transactions.ts';

/** Major, minor, patch and protocol number of a cluster. */
export type VastVersion = readonly [number, number, number, number];

/** First versions of the cluster with the features that we use. */
const FEATURES = {
  /** An insert answers the ids of its rows. */
  rowIds: [5, 1],
  /** Tables sorted by a key. */
  sortedTables: [5, 3],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export function supports(version: VastVersion, feature: keyof typeof FEATURES): boolean {
  for (const [index, wanted] of FEATURES[feature].entries()) {
    const found = version[index] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
}

interface VastClientOptions {
  readonly transport: ClusterTransport;
  readonly bucket: string;
  /** The schema of the tables; with slashes if it is nested. */
  readonly schema: string;
}

/** The operations of a VAST DataBase on one schema, each as the requests of its wire protocol. It keeps no state. */
export class VastClient {
  readonly transactions: Transactions;
  readonly tables: Tables;
  readonly columns: Columns;
  readonly rows: Rows;
  readonly queries: Queries;
  readonly projections: Projections;
  readonly #requests: Requests;

  constructor({ transport, bucket, schema }: VastClientOptions) {
    this.#requests = new Requests(transport, bucket, schema);
    this.transactions = new Transactions(this.#requests);
    this.tables = new Tables(this.#requests);
    this.columns = new Columns(this.#requests);
    this.rows = new Rows(this.#requests);
    this.queries = new Queries(this.#requests);
    this.projections = new Projections(this.#requests);
  }

  /**
   * Asks the cluster for its version, which it names in any answer, whatever its status.
   *
   * @throws TableError `invalid` where the endpoint is no VAST cluster.
   */
  async version(): Promise<VastVersion> {
    const { headers } = await this.#requests.ask('GET', [], { transaction: null });
    const server = headers['server'] ?? '';
    const numbers = /^vast (\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(server)?.slice(1).map(Number);
    if (numbers === undefined) {
      const named =
        server === '' ? 'it does not name itself' : `it names itself ${JSON.stringify(server.slice(0, 100))}`;
      throw new TableError('invalid', `The endpoint is no VAST DataBase of a known version: ${named}.`);
    }
    return numbers as unknown as VastVersion;
  }

  /** Whether the bucket exists; undefined if the cluster does not let these keys see it. */
  async bucketExists(): Promise<boolean | undefined> {
    const { status } = await this.#requests.ask('HEAD', [this.#requests.bucket], {});
    if (status === 404) return false;
    return status === 200 ? true : undefined;
  }

  /** @param name with slashes where it is nested. */
  async schemaExists(transactionId: string, name: string): Promise<boolean> {
    const slash = name.lastIndexOf('/');
    const parent = this.#requests.schemaPath(name.slice(0, Math.max(0, slash)));
    const options = { transactionId, query: { schema: null }, maxKeys: 1, exactly: name.slice(slash + 1) };
    const found = await readList(this.#requests, parent, options, (body) =>
      readOrRefuse('a list of schemas', () => {
        const list = ListSchemasResponse.getRootAsListSchemasResponse(new ByteBuffer(body));
        return readNames(list.schemasLength(), (index) => list.schemas(index));
      }),
    );
    return found.length > 0;
  }
}
