import type {
  Cell,
  ColumnBatch,
  RowSet,
  ScanningReader,
  ScanRequest,
  SeekRequest,
  SelectRequest,
} from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import type { Session } from './session.ts';
import { isBusy, unlessBusy } from './sqlite-error.ts';
import { untilUnlocked } from './write-lock.ts';

/**
 * Reads on the main thread, over a connection of their own: they see what is committed. All reads of
 * one turn of the event loop see the same snapshot, which is closed at the turn's end, and earlier
 * when this process commits. So the queries of a request agree with each other, and SQLite takes its
 * locks once a turn: that costs more than reading a row does.
 */
export class InteractiveReader implements ScanningReader {
  readonly #session: Session;
  readonly #scanner: Pick<ScanningReader, 'scan'>;
  readonly #endTurn = (): void => {
    this.#turnEnds = false;
    this.endSnapshot();
  };
  #inSnapshot = false;
  /** The version of the snapshot, once it was asked for. */
  #version: number | undefined;
  #turnEnds = false;

  /** @param scanner for reads that are too large for this thread. */
  constructor(session: Session, scanner: Pick<ScanningReader, 'scan'>) {
    this.#session = session;
    this.#scanner = scanner;
  }

  scan(request: ScanRequest): AsyncIterable<ColumnBatch> {
    return this.#scanner.scan(request);
  }

  async select(request: SelectRequest): Promise<RowSet> {
    return this.#read(() => this.#session.select(request));
  }

  async seek(request: SeekRequest): Promise<(Cell[] | undefined)[]> {
    return this.#read(() => this.#session.seek(request));
  }

  async count(table: string, where?: Predicate): Promise<number> {
    return this.#read(() => this.#session.count(table, where));
  }

  /** Asked of SQLite once a turn. */
  dataVersion(): number | undefined {
    try {
      this.#beginSnapshot();
      this.#version ??= this.#session.dataVersion();
      return this.#version;
    } catch {
      // The read that follows says why, or waits.
      this.endSnapshot();
      return undefined;
    }
  }

  /** Later reads see everything that is committed now. */
  endSnapshot(): void {
    if (!this.#inSnapshot) return;
    this.#inSnapshot = false;
    this.#version = undefined;
    this.#session.abandon();
  }

  #read<T>(read: () => T): T | Promise<T> {
    try {
      this.#beginSnapshot();
      return read();
    } catch (error) {
      this.endSnapshot();
      // Readers and writers of a log do not wait for each other, except while another process recovers it, say.
      if (isBusy(error)) return untilUnlocked(() => unlessBusy(read));
      throw error;
    }
  }

  #beginSnapshot(): void {
    if (this.#inSnapshot) return;
    this.#session.beginRead();
    this.#inSnapshot = true;
    if (this.#turnEnds) return;
    this.#turnEnds = true;
    setImmediate(this.#endTurn);
  }
}
