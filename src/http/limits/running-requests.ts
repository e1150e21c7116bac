import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { CutOff } from '../../operation/metrics/request-metrics.ts';

/** Interval at which time limits are enforced, and their largest delay. */
const BEAT_MS = 250;
/** How long a count of working requests may be reused. */
const RECOUNT_MS = 50;

interface RunningRequestsOptions {
  readonly inFlightMax: number;
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly stallTimeoutMs: number;
  /** Answers a request whose time is up. */
  readonly onTimeout: (reply: FastifyReply) => void;
  readonly onCutOff: (reason: CutOff) => void;
  readonly onAborted: () => void;
}

/**
 * The requests that are under way, and their limits of time. One timer for all of them, which runs only while there are
 * any, looks at them from time to time: per request there is one entry to add and one to remove.
 */
export class RunningRequests {
  readonly #options: RunningRequestsOptions;
  /** Requests with their start, oldest first. */
  readonly #running = new Map<FastifyReply, number>();
  readonly #transfers: Transfers;
  /** Requests answered before their whole body had arrived. */
  readonly #unread = new Map<IncomingMessage, number>();
  #timer: NodeJS.Timeout | undefined;
  #idle = 0;
  #countedAt = 0;

  constructor(options: RunningRequestsOptions) {
    this.#options = options;
    this.#transfers = new Transfers(options.stallTimeoutMs, () => options.onCutOff('stalled_transfer'));
  }

  /** Requests in progress, including those that wait for their clients. */
  get count(): number {
    return this.#running.size;
  }

  get transfers(): number {
    return this.#transfers.count;
  }

  /**
   * Whether one more may start. Requests that wait for their client, to send its body or to read the answer, do not
   * count: a few slow clients could keep out all others.
   */
  hasRoom(now: number): boolean {
    const { inFlightMax } = this.#options;
    if (this.#running.size < inFlightMax) return true;
    if (now - this.#countedAt >= RECOUNT_MS) {
      this.#countedAt = now;
      this.#idle = 0;
      for (const reply of this.#running.keys()) if (isIdle(reply)) this.#idle++;
    }
    return this.#running.size - this.#idle < inFlightMax;
  }

  add(reply: FastifyReply, now: number): void {
    this.#running.set(reply, now);
    this.#timer ??= setInterval(this.#beat, BEAT_MS).unref();
  }

  /** A media transfer may take any time while it makes progress. */
  addTransfer(reply: FastifyReply, now: number): void {
    this.#transfers.add(reply, now);
    this.#timer ??= setInterval(this.#beat, BEAT_MS).unref();
  }

  remove(reply: FastifyReply): void {
    if (!this.#running.delete(reply)) this.#transfers.remove(reply);
    const message = reply.request.raw;
    // An injected request has no connection.
    if (message.complete || !(message.socket instanceof Socket)) return;
    this.#unread.set(message, performance.now());
    this.#timer ??= setInterval(this.#beat, BEAT_MS).unref();
  }

  readonly #beat = (): void => {
    const now = performance.now();
    this.#checkRunning(now);
    this.#checkUnread(now);
    for (let gone = this.#transfers.check(now); gone > 0; gone--) this.#options.onAborted();
    if (this.#running.size + this.#unread.size + this.#transfers.count > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  };

  #checkRunning(now: number): void {
    const { requestTimeoutMs, onTimeout, onCutOff, onAborted } = this.#options;
    for (const [reply, startedAt] of this.#running) {
      const { socket } = reply.request.raw;
      const age = now - startedAt;
      if (socket.destroyed) {
        this.#running.delete(reply);
        onAborted();
      } else if (age > requestTimeoutMs && !reply.sent) {
        // The client has the same time again to read the answer.
        this.#running.set(reply, now - requestTimeoutMs);
        onTimeout(reply);
      } else if (age > 2 * requestTimeoutMs) {
        this.#running.delete(reply);
        onCutOff('slow_reader');
        socket.destroy();
      }
    }
  }

  /** Node waits for the rest of a body for as long as it keeps dripping. */
  #checkUnread(now: number): void {
    for (const [message, answeredAt] of this.#unread) {
      const { complete, socket } = message;
      const late = now - answeredAt > this.#options.headersTimeoutMs;
      if (!complete && !socket.destroyed && !late) continue;
      this.#unread.delete(message);
      if (complete || socket.destroyed) continue;
      this.#options.onCutOff('slow_request');
      socket.destroy();
    }
  }
}

/** Whether a request waits for its client, or its client is gone. */
function isIdle({ raw, request }: FastifyReply): boolean {
  return raw.headersSent || !request.raw.complete || request.raw.socket.destroyed;
}

/** The progress that a transfer must make: a kibibyte for each second of its time. */
const MIN_BYTES_PER_S = 1024;

interface Progress {
  /** Time of its last progress. */
  at: number;
  /** Bytes that its connection had moved by then. */
  bytes: number;
}

/**
 * Running uploads and downloads of media. Those with stalled clients are cut off. A download that waits for this
 * server, such as an export, is bounded by the limits of its producer.
 */
export class Transfers {
  readonly #stallTimeoutMs: number;
  readonly #minBytes: number;
  readonly #onStalled: () => void;
  readonly #transfers = new Map<FastifyReply, Progress>();

  constructor(stallTimeoutMs: number, onStalled: () => void) {
    this.#stallTimeoutMs = stallTimeoutMs;
    this.#minBytes = (stallTimeoutMs / 1000) * MIN_BYTES_PER_S;
    this.#onStalled = onStalled;
  }

  get count(): number {
    return this.#transfers.size;
  }

  add(reply: FastifyReply, now: number): void {
    this.#transfers.set(reply, { at: now, bytes: movedBy(reply) });
  }

  remove(reply: FastifyReply): void {
    this.#transfers.delete(reply);
  }

  /** Cuts off stalled transfers. @returns how many clients went away by themselves. */
  check(now: number): number {
    let gone = 0;
    for (const [reply, progress] of this.#transfers) {
      const { socket } = reply.request.raw;
      if (socket.destroyed) {
        this.#transfers.delete(reply);
        gone++;
        continue;
      }
      if (now - progress.at < this.#stallTimeoutMs) continue;
      const bytes = movedBy(reply);
      if (bytes - progress.bytes >= this.#minBytes || waitsForServer(reply)) {
        progress.at = now;
        progress.bytes = bytes;
        continue;
      }
      this.#transfers.delete(reply);
      this.#onStalled();
      socket.destroy();
    }
    return gone;
  }
}

/** All has arrived that the client sends, and it has taken all that there is to take. */
const waitsForServer = ({ raw, request }: FastifyReply): boolean => request.raw.complete && raw.writableLength === 0;

/** Bytes that the connection of a request has moved, both ways. */
export function movedBy({ request }: FastifyReply): number {
  const { bytesRead, bytesWritten } = request.raw.socket;
  return bytesRead + bytesWritten;
}
