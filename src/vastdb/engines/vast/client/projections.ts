import { Builder, ByteBuffer } from 'flatbuffers';
import {
  ColumnType,
  CreateProjectionRequest,
  GetProjectionTableStatsResponse,
  ListProjectionsResponse,
  ProjectionColumn,
} from '../flatbuffers/tabular.generated.ts';
import { readOrRefuse } from '../protocol/malformed.ts';
import { readList, readNames } from './lists.ts';
import type { Requests } from './requests.ts';

const LIST_KEYS = 1000;

export interface ProjectionStatus {
  readonly rows: number;
  readonly bytes: number;
  /** How far it contains the rows that are older than it. */
  readonly initialSyncPercent: number;
  /** The share of it that is still to be sorted. */
  readonly dirtyPercent: number;
}

/** Copies of some columns of a table, kept by the cluster in an order of their own. Queries use them by themselves. */
export class Projections {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Names of the table's projections. */
  async list(transactionId: string, table: string): Promise<string[]> {
    const headers = { 'tabular-include-list-stats': 'True' };
    const options = { transactionId, query: { projection: null }, headers, maxKeys: LIST_KEYS };
    return readList(this.#requests, this.#requests.tablePath(table), options, (body) =>
      readOrRefuse('a list of projections', () => {
        const list = ListProjectionsResponse.getRootAsListProjectionsResponse(new ByteBuffer(body));
        return readNames(list.projectionsLength(), (index) => list.projections(index));
      }),
    );
  }

  /** @param sorted columns that it is sorted by, before the `others` that it holds too. */
  async create(
    transactionId: string,
    table: string,
    name: string,
    sorted: readonly string[],
    others: readonly string[] = [],
  ): Promise<void> {
    const builder = new Builder(256);
    const add = (type: ColumnType) => (column: string) =>
      ProjectionColumn.createProjectionColumn(builder, builder.createString(column), type);
    const columns = [...sorted.map(add(ColumnType.Sorted)), ...others.map(add(ColumnType.Unsorted))];
    const vector = CreateProjectionRequest.createColumnsVector(builder, columns);
    builder.finish(CreateProjectionRequest.createCreateProjectionRequest(builder, vector));
    await this.#requests.run('POST', this.#requests.tablePath(table), {
      transactionId,
      query: { projection: null, name },
      body: builder.asUint8Array(),
    });
  }

  async drop(transactionId: string, table: string, name: string): Promise<void> {
    const query = { projection: null, name };
    await this.#requests.run('DELETE', this.#requests.tablePath(table), { transactionId, query });
  }

  async status(transactionId: string, table: string, name: string): Promise<ProjectionStatus> {
    const options = { transactionId, query: { 'projection-stats': null, name } };
    const body = await (await this.#requests.send('GET', this.#requests.tablePath(table), options)).buffer();
    return readOrRefuse('statistics of a projection', () => {
      const stats = GetProjectionTableStatsResponse.getRootAsGetProjectionTableStatsResponse(new ByteBuffer(body));
      return {
        rows: Number(stats.numRows()),
        bytes: Number(stats.sizeInBytes()),
        initialSyncPercent: Number(stats.initialSyncProgress()),
        dirtyPercent: Number(stats.dirtyBlocksPercentage()),
      };
    });
  }
}
