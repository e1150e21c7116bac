import type { FastifyReply } from 'fastify';
import { errorBody } from '../error-handler.ts';
import { sendJson } from '../send-json.ts';

/** Refusals sent per beat; the rest waits. */
const PER_BEAT = 100;
const BEAT_MS = 20;
const RETRY_AFTER_S = 1;

/**
 * Tells clients to come back later, at a bounded pace. A refusal costs a good part of an answer, and a client that
 * is refused at once asks again at once: without the pace, refusals would be the overload.
 */
export class Refusals {
  readonly #waitingMax: number;
  readonly #onDropped: () => void;
  #waiting: FastifyReply[] = [];
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Above `waitingMax`, connections are closed without an answer, and `onDropped` is called. */
  constructor(waitingMax: number, onDropped: () => void) {
    this.#waitingMax = waitingMax;
    this.#onDropped = onDropped;
  }

  refuse(reply: FastifyReply): void {
    if (this.#timer === undefined) this.#timer = setTimeout(this.#beat, BEAT_MS);
    if (this.#sent < PER_BEAT) this.#send(reply);
    else if (this.#waiting.length < this.#waitingMax) this.#waiting.push(reply);
    else {
      this.#onDropped();
      reply.request.raw.socket.destroy();
    }
  }

  readonly #beat = (): void => {
    this.#timer = undefined;
    this.#sent = 0;
    for (const reply of this.#waiting.splice(0, PER_BEAT)) this.#send(reply);
    // The next beat allows as many again.
    if (this.#sent > 0) this.#timer = setTimeout(this.#beat, BEAT_MS);
  };

  #send(reply: FastifyReply): void {
    this.#sent++;
    if (reply.request.raw.socket.destroyed) return;
    void reply.code(503).header('retry-after', RETRY_AFTER_S);
    sendJson(
      reply,
      errorBody('overloaded', 'There is more to do than this server can; try again later', reply.request),
    );
  }
}
