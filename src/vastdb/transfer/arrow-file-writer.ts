import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import {
  AsyncByteQueue,
  type Builder,
  type Data,
  makeBuilder,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  type Schema,
  Struct,
} from 'apache-arrow';
import type { ColumnBatch, ColumnDefinition } from '../engine.ts';
import { arrowSchema, arrowType } from './arrow-types.ts';

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

export interface WrittenFile {
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
