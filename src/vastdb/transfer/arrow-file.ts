import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import {
  AsyncByteQueue,
  Binary,
  Bool,
  type Builder,
  type Data,
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  makeBuilder,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  Schema,
  Struct,
  Utf8,
  type Vector,
} from 'apache-arrow';
import type { Cell, ColumnBatch, ColumnDefinition } from '../engine.ts';

/** The Arrow schema of a table's columns. All are nullable, as those that were added later are. */
export function arrowSchema(columns: readonly ColumnDefinition[]): Schema {
  return new Schema(columns.map((column) => new Field(column.name, arrowType(column), true)));
}

function arrowType({ type, dimension = 0 }: ColumnDefinition): DataType {
  switch (type) {
    case 'string':
      return new Utf8();
    case 'int64':
      return new Int64();
    case 'int32':
      return new Int32();
    case 'float64':
      return new Float64();
    case 'bool':
      return new Bool();
    case 'binary':
      return new Binary();
    case 'vector':
      return new FixedSizeList(dimension, new Field('item', new Float32(), false));
  }
}

/** The library's output, until it is taken: no more is buffered than the disk can take. */
class WrittenBytes extends AsyncByteQueue {
  #chunks: Uint8Array[] = [];

  override write(chunk: Uint8Array): void {
    // The library may use the memory again.
    if (chunk.byteLength > 0) this.#chunks.push(Uint8Array.from(chunk));
  }

  take(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }
}

interface WrittenFile {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Writes the rows of one table to an Arrow IPC file, batch by batch. */
export class ArrowFileWriter {
  readonly #file: FileHandle;
  readonly #columns: readonly ColumnDefinition[];
  readonly #schema: Schema;
  readonly #written = new WrittenBytes();
  readonly #writer: RecordBatchFileWriter;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  private constructor(file: FileHandle, columns: readonly ColumnDefinition[]) {
    this.#file = file;
    this.#columns = columns;
    this.#schema = arrowSchema(columns);
    this.#writer = new RecordBatchFileWriter();
    this.#writer.reset(this.#written, this.#schema);
  }

  /** Makes the file, which only the owner may read: tables hold hashes of passwords. It must not be there. */
  static async create(path: string, columns: readonly ColumnDefinition[]): Promise<ArrowFileWriter> {
    return new ArrowFileWriter(await open(path, 'wx', 0o600), columns);
  }

  /** @param batch cells of all columns, in their order. */
  async write(batch: ColumnBatch): Promise<void> {
    const children = this.#columns.map((column, index) => toData(column, batch.columns[index] ?? []));
    const struct = makeData({ type: new Struct(this.#schema.fields), length: batch.rowCount, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, struct));
    await this.#flush();
  }

  /** Ends the file, and waits until it is on disk. */
  async finish(): Promise<WrittenFile> {
    this.#writer.finish();
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Closes an unfinished file. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    for (const chunk of this.#written.take()) {
      this.#hash.update(chunk);
      await this.#file.writeFile(chunk);
      this.#bytes += chunk.byteLength;
    }
  }
}

function toData(column: ColumnDefinition, cells: ColumnBatch['columns'][number]): Data {
  const builder: Builder = makeBuilder({ type: arrowType(column), nullValues: [null] });
  for (const cell of cells) builder.append(cell);
  return builder.finish().flush() as Data;
}

/** The rows of an Arrow IPC file, in the batches that it has; the cells of `columns`, in their order. */
export async function* readArrowFile(path: string, columns: readonly string[]): AsyncGenerator<ColumnBatch> {
  const file = await open(path, 'r');
  const reader = await RecordBatchReader.from(file);
  try {
    for await (const batch of reader) {
      const cells = columns.map((name) => {
        const vector = batch.getChild(name);
        return vector === null ? new Array<Cell>(batch.numRows).fill(null) : cellsOf(vector);
      });
      yield { rowCount: batch.numRows, columns: cells };
    }
  } finally {
    // Closes the file as well.
    await reader.cancel();
  }
}

function cellsOf(vector: Vector): Cell[] {
  const cells: Cell[] = new Array<Cell>(vector.length);
  for (let row = 0; row < vector.length; row++) {
    const value: unknown = vector.get(row);
    // The elements of fixed-size lists are a vector of their own.
    cells[row] = isVector(value) ? Float32Array.from(value.toArray() as Float32Array) : (value as Cell);
  }
  return cells;
}

const isVector = (value: unknown): value is Vector => typeof value === 'object' && value !== null && 'toArray' in value;
