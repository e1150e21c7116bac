import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import pLimit from 'p-limit';
import { TableError, type TableErrorKind } from '../table-error.ts';
import type { Analysis, AnalysisResult, ExportedRows } from './analysis.ts';
import { AnalysisError, type AnalysisErrorKind } from './analysis-error.ts';
import { ChildChannel } from './child-channel.ts';
import type { ChildResponse, ComputeLimits, TableAddress } from './child-protocol.ts';

export interface AnalyticsProcessOptions {
  readonly tables: TableAddress;
  readonly limits: ComputeLimits;
  /** Analyses that run at once, and as many exports: one that is read slowly keeps no analysis waiting. */
  readonly concurrency: number;
  /** How long an analysis may take, and a file to be made, milliseconds. */
  readonly timeoutMs: number;
  /** Time limit of an export including its reader, in milliseconds: it holds a snapshot, or a file. */
  readonly streamMs: number;
  /** How long the process is kept when nothing is asked of it, milliseconds. */
  readonly idleMs: number;
}

/** A file that is made, and removed when its pieces have been read or left. */
export interface MadeFile {
  readonly bytes: number;
  readonly pieces: AsyncGenerator<Uint8Array>;
}

/**
 * The server's end of the process of the analytics. It starts with the first request, and ends when none came for a
 * while: a server that nobody asks for analyses has no memory in it. Nobody waits for a request that was given up, but it
 * keeps its place until the process has left it.
 */
export class AnalyticsProcess {
  readonly #options: AnalyticsProcessOptions;
  readonly #analyses: Places;
  readonly #exports: Places;
  #channel: ChildChannel | undefined;
  #idle: NodeJS.Timeout | undefined;
  #running = 0;
  #lastId = 0;
  #closed = false;

  constructor(options: AnalyticsProcessOptions) {
    this.#options = options;
    this.#analyses = new Places(options.concurrency);
    this.#exports = new Places(options.concurrency);
  }

  /**
   * @param signal ends it when the caller is gone.
   * @param timeoutMs a deadline that is nearer than the process's own.
   * @throws AnalysisError, TableError
   */
  async run<const Asked extends Analysis>(
    analysis: Asked,
    signal: AbortSignal,
    timeoutMs = Infinity,
  ): Promise<AnalysisResult<Asked['kind']>> {
    const within = Math.min(timeoutMs, this.#options.timeoutMs);
    const began = performance.now();
    const { channel, leave } = await this.#enter(this.#analyses, signal, within);
    const id = ++this.#lastId;
    const asked = channel.ask({ id, do: 'run', analysis });
    // The place is free when the process has answered, be it that it has stopped.
    void asked.then(leave, leave);
    const left = Math.max(0, within - (performance.now() - began));
    const response = await this.#patiently(id, asked, signal, left);
    return valueOf(response) as AnalysisResult<Asked['kind']>;
  }

  /** Rows as a Parquet file. Its pieces have to be asked for, or it stays. */
  async file(rows: ExportedRows, signal: AbortSignal): Promise<MadeFile> {
    const { timeoutMs, streamMs } = this.#options;
    const { channel, leave } = await this.#enter(this.#exports, signal, timeoutMs);
    const id = ++this.#lastId;
    const asked = channel.ask({ id, do: 'run', analysis: { kind: 'parquet', rows } });
    try {
      const made = valueOf(await this.#patiently(id, asked, signal, timeoutMs)) as AnalysisResult<'parquet'>;
      return { bytes: made.bytes, pieces: readAndRemove(made.file, streamMs, leave) };
    } catch (error) {
      // It may be finished although it was given up. Files that cannot be removed go with the folder.
      void asked
        .then(removeFile)
        .catch(() => undefined)
        .finally(leave);
      throw error;
    }
  }

  /**
   * Rows as an Arrow IPC stream; the next piece is made when it is asked for. Each may take as long as an analysis, and
   * all of it `streamMs`.
   */
  async *stream(rows: ExportedRows, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { timeoutMs, streamMs } = this.#options;
    const { channel, leave } = await this.#enter(this.#exports, signal, timeoutMs);
    const id = ++this.#lastId;
    let asked = channel.ask({ id, do: 'stream', rows });
    let late: AnalysisError | undefined;
    const timer = setTimeout(() => {
      late = tooLong(streamMs);
      this.#cancel(id);
    }, streamMs).unref();
    try {
      for (;;) {
        const response = await this.#patiently(id, asked, signal, timeoutMs);
        // Ignores the answer to a cancelled request: it is not the end of the rows.
        if (late !== undefined) throw late;
        if (!('piece' in response)) {
          valueOf(response);
          return;
        }
        yield response.piece;
        // The same process is asked, even a dead one: another one has not begun these rows.
        asked = channel.ask({ id, do: 'next' });
      }
    } finally {
      clearTimeout(timer);
      this.#cancel(id);
      void asked.then(leave, leave);
    }
  }

  /** Ends the process, and its work. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  /** A place, and the process, which is started if there is none. */
  async #enter(
    places: Places,
    signal: AbortSignal,
    withinMs: number,
  ): Promise<{ readonly channel: ChildChannel; readonly leave: Leave }> {
    const leavePlace = await places.take(signal, withinMs);
    this.#running++;
    clearTimeout(this.#idle);
    const leave = (): void => {
      leavePlace();
      this.#running--;
      if (this.#running > 0 || this.#closed) return;
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => void this.#end(), this.#options.idleMs).unref();
    };
    try {
      if (this.#closed) throw new AnalysisError('cancelled', 'The analytics are closed.');
      return { channel: (this.#channel ??= this.#start()), leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #patiently(
    id: number,
    asked: Promise<ChildResponse>,
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<ChildResponse> {
    const given = Promise.withResolvers<never>();
    const giveUp = (error: AnalysisError): void => {
      this.#cancel(id);
      given.reject(error);
    };
    const onAbort = (): void => giveUp(gone());
    const timer = setTimeout(() => giveUp(tooLong(timeoutMs)), timeoutMs);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    try {
      return await Promise.race([asked, given.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #cancel(id: number): void {
    this.#channel?.tell({ id, do: 'cancel' });
  }

  #start(): ChildChannel {
    const { tables, limits } = this.#options;
    const channel = new ChildChannel(tables, limits, () => {
      if (this.#channel === channel) this.#channel = undefined;
    });
    return channel;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const channel = this.#channel;
    // A request that comes meanwhile has a process of its own.
    this.#channel = undefined;
    await channel?.end(++this.#lastId);
  }
}

const tooLong = (ms: number): AnalysisError =>
  new AnalysisError('deadline', `It takes longer than ${(ms / 1000).toFixed(1)} s.`);

async function* readAndRemove(file: string, withinMs: number, leave: Leave): AsyncGenerator<Uint8Array> {
  const late = AbortSignal.timeout(withinMs);
  try {
    for await (const piece of createReadStream(file) as AsyncIterable<Uint8Array>) {
      if (late.aborted) throw tooLong(withinMs);
      yield piece;
    }
  } finally {
    await rm(file, { force: true });
    leave();
  }
}

async function removeFile(response: ChildResponse): Promise<void> {
  if (!('value' in response)) return;
  await rm((response.value as AnalysisResult<'parquet'>).file, { force: true });
}

/** @throws the error of the process. */
function valueOf(response: ChildResponse): unknown {
  if ('value' in response) return response.value;
  if (!('error' in response)) throw new Error('the process of the analytics sent a piece that nobody asked for');
  const { of, kind, message } = response.error;
  if (of === 'table') throw new TableError(kind as TableErrorKind, message);
  if (of === 'analysis') throw new AnalysisError(kind as AnalysisErrorKind, message);
  throw new Error(message);
}

/** Most that run in a place, or wait for it. */
const TAKERS_PER_PLACE = 9;

type Leave = () => void;

/** Limits how much runs at once. Others wait for a place in turn, up to a limit. */
class Places {
  readonly #most: number;
  readonly #limit: ReturnType<typeof pLimit>;
  /** Those that have a place, or wait for one: not those that gave up, whose turns come and go. */
  #takers = 0;

  constructor(count: number) {
    this.#most = count * TAKERS_PER_PLACE;
    this.#limit = pLimit(count);
  }

  /**
   * @returns a function that gives the place back. @throws AnalysisError `busy` if none is free in time, `cancelled` if
   * the caller is gone.
   */
  async take(signal: AbortSignal, withinMs: number): Promise<Leave> {
    if (signal.aborted) throw gone();
    if (this.#takers >= this.#most) throw busy();
    this.#takers++;
    const turn = Promise.withResolvers<Leave>();
    const giveUp = (error: AnalysisError): void => {
      turn.reject(error);
      // A turn that comes later is the next one's.
      wanted = false;
    };
    let wanted = true;
    const onAbort = (): void => giveUp(gone());
    const timer = setTimeout(() => giveUp(busy()), withinMs);
    signal.addEventListener('abort', onAbort);
    void this.#limit(() => (wanted ? new Promise<void>((leave) => turn.resolve(leave)) : undefined));
    try {
      const leave = await turn.promise;
      return () => {
        this.#takers--;
        leave();
      };
    } catch (error) {
      this.#takers--;
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}

const busy = (): AnalysisError => new AnalysisError('busy', 'As many analyses run, and wait, as may.');
const gone = (): AnalysisError => new AnalysisError('cancelled', 'The caller is gone.');
