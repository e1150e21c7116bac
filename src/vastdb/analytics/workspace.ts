import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { Cell, ColumnBatch, ScanRequest } from '../engine.ts';
import { AnalysisError } from './analysis-error.ts';
import type { Compute } from './compute.ts';

const NO_ROOM =
  /out of memory|could not allocate|failed to (?:pin|allocate|offload)|no space left|max_temp_directory_size/i;

/** Whether DuckDB says that its memory is used up, or the disk that it moves it to: there is no code to tell it by. */
export const saysNoRoom = (message: string): boolean => NO_ROOM.test(message);

/** Types of columns in the workspace. */
export type KeptType = 'int' | 'uint' | 'int32' | 'float' | 'text' | 'bool';

export interface KeptColumn {
  readonly column: string;
  /** One of ours: a word of letters, since it becomes a part of statements. */
  readonly as: string;
  readonly type: KeptType;
}

/** A parameter of a statement. */
type Parameter = number | bigint | string;

export type Scan = (request: ScanRequest) => AsyncIterable<ColumnBatch>;

/** The rows of a chunk of DuckDB, at most. */
const CHUNK_ROWS = 2048;

/** The tables of one analysis, and the statements over them, on a connection of its own. */
export class Workspace {
  readonly signal: AbortSignal;
  readonly #compute: Compute;
  readonly #scan: Scan;
  readonly #connection: DuckDBConnection;
  readonly #interrupt = (): void => this.#connection.interrupt();

  private constructor(compute: Compute, scan: Scan, connection: DuckDBConnection, signal: AbortSignal) {
    this.#compute = compute;
    this.#scan = scan;
    this.#connection = connection;
    this.signal = signal;
    signal.addEventListener('abort', this.#interrupt);
  }

  static async open(compute: Compute, scan: Scan, signal: AbortSignal): Promise<Workspace> {
    return new Workspace(compute, scan, await compute.instance.connect(), signal);
  }

  get folder(): string {
    return this.#compute.folder;
  }

  /** Copies rows of a table of ours into one of the workspace. @returns how many. */
  async load(
    name: string,
    columns: readonly KeptColumn[],
    rows: Pick<ScanRequest, 'table' | 'where'>,
  ): Promise<number> {
    const { BIGINT, UBIGINT, INTEGER, DOUBLE, VARCHAR, BOOLEAN, DuckDBDataChunk } = this.#compute.duckdb;
    const types = { int: BIGINT, uint: UBIGINT, int32: INTEGER, float: DOUBLE, text: VARCHAR, bool: BOOLEAN };
    const kept = columns.map(({ as, type }) => `${as} ${types[type].toString()}`);
    await this.all(`CREATE TEMP TABLE ${name} (${kept.join(', ')})`);
    const asked = columns.map(({ column }) => column);
    const chunkTypes: readonly DuckDBType[] = columns.map(({ type }) => types[type]);
    const appender = await this.#connection.createAppender(name, null, 'temp');
    let count = 0;
    try {
      for await (const batch of this.#scan({ ...rows, columns: asked, signal: this.signal })) {
        const values = columns.map(({ type }, position) => valuesOf(batch.columns[position] ?? [], type));
        for (let start = 0; start < batch.rowCount; start += CHUNK_ROWS) {
          const end = Math.min(batch.rowCount, start + CHUNK_ROWS);
          const chunk = DuckDBDataChunk.create(chunkTypes, end - start);
          chunk.setColumns(values.map((cells) => cells.slice(start, end)));
          appender.appendDataChunk(chunk);
        }
        count += batch.rowCount;
      }
      appender.closeSync();
      return count;
    } catch (error) {
      // Rows that were not written yet are dropped.
      appender.clear();
      throw this.#explain(error);
    }
  }

  /** The rows of a statement's answer. `values` are those of its parameters, $1 and so on: numbers are doubles. */
  async all(sql: string, values: Parameter[] = []): Promise<DuckDBValue[][]> {
    this.#checkWanted();
    const { DOUBLE, HUGEINT, VARCHAR } = this.#compute.duckdb;
    // The library takes whole numbers for integers, also those that are greater than any.
    const types = { number: DOUBLE, bigint: HUGEINT, string: VARCHAR };
    try {
      const typed = values.map((value) => types[typeof value as keyof typeof types]);
      const reader = await this.#connection.runAndReadAll(sql, values, typed);
      return reader.getRows();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** The first row of a statement's answer, which has one. */
  async one(sql: string, values: Parameter[] = []): Promise<DuckDBValue[]> {
    const [row] = await this.all(sql, values);
    if (row === undefined) throw new Error('a statement that has one row always had none');
    return row;
  }

  /** The tables of the workspace go with it. */
  close(): void {
    this.signal.removeEventListener('abort', this.#interrupt);
    this.#connection.disconnectSync();
  }

  #checkWanted(): void {
    if (this.signal.aborted) throw new AnalysisError('cancelled', 'The analysis was cancelled.');
  }

  #explain(error: unknown): unknown {
    if (this.signal.aborted) return new AnalysisError('cancelled', 'The analysis was cancelled.', error);
    if (!(error instanceof Error) || !saysNoRoom(error.message)) return error;
    return new AnalysisError('too_large', 'The analysis needs more memory or disk than it may have.', error);
  }
}

function valuesOf(cells: readonly Cell[], type: KeptType): readonly DuckDBValue[] {
  switch (type) {
    case 'text':
      return cells.map((cell) => (cell === null || typeof cell === 'string' ? cell : String(cell)));
    case 'int':
      // int32 cells are numbers.
      return typeof cells.find((cell) => cell !== null) === 'bigint'
        ? (cells as readonly (bigint | null)[])
        : cells.map((cell) => (cell === null ? null : BigInt(cell as number)));
    case 'uint':
      return cells.map((cell) => (cell === null ? null : BigInt.asUintN(64, cell as bigint)));
    case 'float':
    case 'int32':
    case 'bool':
      return cells as readonly (number | boolean | null)[];
  }
}
