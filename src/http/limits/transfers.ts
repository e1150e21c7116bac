import type { FastifyReply } from 'fastify';

/** What a transfer has to move to count as getting on: a kibibyte for each second of the time that it is given. */
const MIN_BYTES_PER_S = 1024;

interface Progress {
  /** When it last had got on. */
  at: number;
  /** What its connection had moved by then. */
  bytes: number;
}

/**
 * Uploads and downloads of media under way. Those whose clients all but stand still are cut off. One that waits for this
 * server, while it makes an export say, has the limits of what makes it.
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

  /** Cuts off what stands still. @returns how many clients went away by themselves. */
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
