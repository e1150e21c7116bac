import type { ClusterTransport } from '../transport/cluster-transport.ts';
import { Columns } from './columns.ts';
import { bucketExists, handshake, type VastVersion } from './handshake.ts';
import { Projections } from './projections.ts';
import { Queries } from './queries.ts';
import { Requests } from './requests.ts';
import { Rows } from './rows.ts';
import { Schemas } from './schemas.ts';
import { Tables } from './tables.ts';
import { Transactions } from './transactions.ts';

interface VastClientOptions {
  readonly transport: ClusterTransport;
  readonly bucket: string;
  /** The schema of the tables; with slashes if it is nested. */
  readonly schema: string;
}

/** The operations of a VAST DataBase on one schema, each as the requests of its wire protocol. It keeps no state. */
export class VastClient {
  readonly transactions: Transactions;
  readonly schemas: Schemas;
  readonly tables: Tables;
  readonly columns: Columns;
  readonly rows: Rows;
  readonly queries: Queries;
  readonly projections: Projections;
  readonly #requests: Requests;

  constructor({ transport, bucket, schema }: VastClientOptions) {
    this.#requests = new Requests(transport, bucket, schema);
    this.transactions = new Transactions(this.#requests);
    this.schemas = new Schemas(this.#requests);
    this.tables = new Tables(this.#requests);
    this.columns = new Columns(this.#requests);
    this.rows = new Rows(this.#requests);
    this.queries = new Queries(this.#requests);
    this.projections = new Projections(this.#requests);
  }

  /** @throws TableError `invalid` where the endpoint is no VAST cluster. */
  async version(): Promise<VastVersion> {
    return handshake(this.#requests);
  }

  /** Whether the bucket exists; undefined if the cluster does not let these keys see it. */
  async bucketExists(): Promise<boolean | undefined> {
    return bucketExists(this.#requests);
  }
}
