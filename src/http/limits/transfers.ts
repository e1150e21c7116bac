import type { FastifyReply } from 'fastify';

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

function movedBy({ request }: FastifyReply): number {
  const { bytesRead, bytesWritten } = request.raw.socket;
  return bytesRead + bytesWritten;
}
