import type { Cell } from '../../../cell.ts';
import { TableError } from '../../../table-error.ts';
import { decodeColumn } from './incoming-column.ts';
import { PREFIX_BYTES } from './ipc-messages.ts';
import { aligned, type IpcBatch, type IpcMessage, metadataBytes, readMetadata } from './ipc-reader.ts';
import { malformed } from './malformed.ts';
import type { WireColumn } from './wire-column.ts';

/** The next row id of a sub-split that has no more rows. */
export const FINISHED = 2n ** 48n - 1n;

/** One complete set of columns of a sub-split. */
export interface Page {
  readonly subSplit: number;
  /** The row id at which the sub-split continues, or FINISHED. */
  readonly nextRowId: bigint;
  readonly rowCount: number;
  /** The cells of each asked column; none when none was asked for. */
  readonly columns: readonly (readonly Cell[])[];
}

const STREAM_ID_BYTES = 4;
const ROW_ID_BYTES = 8;
const KEEP_ALIVE = 0xffff_ffff;
const COMPLETE = 0xffff_fffe;
const FAILED = 0xffff_fffd;
/** Length of the bytes after FAILED: a code of 8 bytes, and 4 zeros. */
const FAILURE_BYTES = 12;

/** The received columns of a sub-split's incomplete set. */
interface OpenSet {
  readonly columns: Cell[][];
  /** The column that comes now: its batches, or undefined before its schema came. */
  batches: Cell[][] | undefined;
  /** Rows of that column so far. */
  rows: number;
}

/** The kind of the next bytes. */
type Step = 'streamId' | 'rowId' | 'prefix' | 'metadata' | 'body' | 'failure' | 'rest';

/**
 * Reads the answer of a query: messages of several sub-splits in turn, each with its sub-split and
 * next row id before it. A sub-split sends column by column, each as an Arrow stream of its own, and
 * may send several sets of columns, one after the other.
 *
 * It holds the sets that are not complete, and no more than the message that arrives.
 */
export class AnswerReader {
  readonly #columns: readonly WireColumn[];
  readonly #subSplits: number;
  readonly #queue = new ByteQueue();
  readonly #sets = new Map<number, OpenSet>();
  #step: Step = 'streamId';
  #needed = STREAM_ID_BYTES;
  #subSplit = 0;
  #nextRowId = 0n;
  #message: IpcMessage | undefined;

  /** @param columns as projected; types are checked, names are not: the cluster has its own. */
  constructor(columns: readonly WireColumn[], subSplits: number) {
    this.#columns = columns;
    this.#subSplits = subSplits;
  }

  /**
   * Takes the next piece of the answer, of any length.
   *
   * @returns the pages that it completes.
   * @throws TableError `unavailable` where the cluster reports that it failed, `corrupt` for an answer
   * that does not follow the protocol.
   */
  push(piece: Buffer): Page[] {
    const pages: Page[] = [];
    if (this.#step !== 'rest') this.#queue.push(piece);
    for (;;) {
      const bytes = this.#queue.take(this.#needed);
      if (bytes === undefined) return pages;
      const page = this.#advance(bytes);
      if (page !== undefined) pages.push(page);
    }
  }

  /** @throws TableError `unavailable` where the answer ended before it was complete. */
  end(): void {
    if (this.#step !== 'rest')
      throw new TableError('unavailable', 'The answer of a query ended before it was complete.');
    if (this.#sets.size > 0) throw malformed('it ends within the columns of a sub-split');
  }

  #advance(bytes: Buffer): Page | undefined {
    switch (this.#step) {
      case 'streamId':
        this.#readStreamId(bytes.readUInt32LE(0));
        return undefined;
      case 'rowId':
        this.#nextRowId = bytes.readBigUInt64LE(0);
        this.#expect('prefix', PREFIX_BYTES);
        return undefined;
      case 'prefix': {
        const length = metadataBytes(bytes);
        if (length > 0) {
          this.#expect('metadata', length);
          return undefined;
        }
        this.#expect('streamId', STREAM_ID_BYTES);
        return this.#endColumn();
      }
      case 'metadata':
        this.#message = readMetadata(bytes);
        this.#expect('body', this.#message.bodyBytes);
        return undefined;
      case 'body':
        this.#readMessage(bytes);
        this.#expect('streamId', STREAM_ID_BYTES);
        return undefined;
      case 'failure':
        throw new TableError(
          'unavailable',
          `The cluster reports a failure within the answer of a query, code ${bytes.readBigUInt64LE(0)}.`,
        );
      case 'rest':
        return undefined;
    }
  }

  #expect(step: Step, bytes: number): void {
    this.#step = step;
    this.#needed = bytes;
  }

  #readStreamId(id: number): void {
    switch (id) {
      case KEEP_ALIVE:
        break;
      case COMPLETE:
        this.#expect('rest', Infinity);
        break;
      case FAILED:
        this.#expect('failure', FAILURE_BYTES);
        break;
      default:
        if (id >= this.#subSplits) throw malformed(`it names sub-split ${id} of ${this.#subSplits}`);
        this.#subSplit = id;
        this.#expect('rowId', ROW_ID_BYTES);
    }
  }

  #readMessage(body: Buffer): void {
    const message = this.#message;
    if (message === undefined) throw malformed('a body belongs to no message');
    if (message.kind === 'batch') {
      this.#readBatch(message, body);
      return;
    }
    const set = this.#openSet();
    if (set.batches !== undefined) throw malformed('a column has two schemas');
    const wanted = this.#columns[set.columns.length];
    const found = message.fields[0]?.column;
    if (message.fields.length !== (wanted === undefined ? 0 : 1)) throw malformed('a column does not come alone');
    if (wanted?.type !== found?.type || wanted?.dimension !== found?.dimension) {
      throw malformed(`column ${wanted?.name ?? ''} came as ${found?.type ?? 'another type'}`);
    }
    set.batches = [];
  }

  #readBatch(batch: IpcBatch, body: Buffer): void {
    const set = this.#openSet();
    if (set.batches === undefined) throw malformed('a column has no schema');
    const column = this.#columns[set.columns.length];
    if (column !== undefined) set.batches.push(decodeColumn(column, batch, aligned(body)));
    set.rows += batch.rows;
  }

  #endColumn(): Page | undefined {
    const set = this.#openSet();
    const { batches, rows } = set;
    if (batches === undefined) throw malformed('a column ends before it began');
    if (this.#columns.length > 0) {
      const [first = []] = batches;
      set.columns.push(batches.length <= 1 ? first : batches.flat());
      if (set.columns[0]?.length !== rows) throw malformed('the columns of a sub-split differ in length');
    }
    set.batches = undefined;
    set.rows = 0;
    if (set.columns.length < this.#columns.length) return undefined;
    this.#sets.delete(this.#subSplit);
    return { subSplit: this.#subSplit, nextRowId: this.#nextRowId, rowCount: rows, columns: set.columns };
  }

  #openSet(): OpenSet {
    const present = this.#sets.get(this.#subSplit);
    if (present !== undefined) return present;
    const set: OpenSet = { columns: [], batches: undefined, rows: 0 };
    this.#sets.set(this.#subSplit, set);
    return set;
  }
}

/** Bytes that arrive in pieces of any length and are taken in pieces of wanted lengths. */
class ByteQueue {
  #pieces: Buffer[] = [];
  /** Bytes taken from the first piece. */
  #taken = 0;
  #length = 0;

  push(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** The next bytes, or undefined while there are not that many. They are copied only where pieces meet. */
  take(count: number): Buffer | undefined {
    if (count > this.#length) return undefined;
    this.#length -= count;
    const [first = EMPTY] = this.#pieces;
    if (first.length - this.#taken > count) {
      this.#taken += count;
      return first.subarray(this.#taken - count, this.#taken);
    }
    return this.#join(count);
  }

  #join(count: number): Buffer {
    const parts: Buffer[] = [];
    let wanted = count;
    let used = 0;
    while (wanted > 0) {
      const piece = this.#pieces[used] ?? EMPTY;
      const part = piece.subarray(this.#taken, this.#taken + wanted);
      parts.push(part);
      wanted -= part.length;
      this.#taken += part.length;
      if (this.#taken < piece.length) break;
      this.#taken = 0;
      used += 1;
    }
    this.#pieces = this.#pieces.slice(used);
    return parts.length === 1 ? (parts[0] ?? EMPTY) : Buffer.concat(parts, count);
  }
}

const EMPTY = Buffer.alloc(0);
