import type { IncomingMessage } from 'node:http';
import type { Deadlines } from './http-sender.ts';
import { VastError } from './vast-error.ts';

interface AnswerBodyOptions {
  /** The request, for messages. */
  readonly target: string;
  readonly deadlines: Deadlines;
  /** `performance.now()` when the request began. */
  readonly startedAt: number;
  readonly signal: AbortSignal | undefined;
  /** The endpoint did not send the rest. */
  readonly onFault: () => void;
  /** The last piece came. */
  readonly onEnd: () => void;
}

/**
 * The pieces of an answer as they come. The clocks of the endpoint stand while the caller works on a piece.
 *
 * @throws VastError `unavailable` when the answer breaks off or stops. `mayBeDone` is true: an endpoint that answers
 * has done the work.
 */
export async function* answerBody(message: IncomingMessage, options: AnswerBodyOptions): AsyncGenerator<Buffer> {
  const { target, deadlines, startedAt, signal, onFault, onEnd } = options;
  const pieces = message[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let leftMs = deadlines.wholeMs - (performance.now() - startedAt);
  try {
    for (;;) {
      const asked = performance.now();
      const timer = setTimeout(() => message.destroy(), Math.max(0, Math.min(deadlines.silenceMs, leftMs)));
      let piece: IteratorResult<Buffer>;
      try {
        piece = await pieces.next();
      } finally {
        clearTimeout(timer);
        leftMs -= performance.now() - asked;
      }
      if (piece.done === true) {
        onEnd();
        return;
      }
      yield piece.value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    onFault();
    throw new VastError('unavailable', `${target}: the answer broke off.`, { mayBeDone: true, cause: error });
  } finally {
    // Leaving early gives the connection up; after the end it is kept.
    if (!message.complete) message.destroy();
  }
}

/** All of an answer in one piece. */
export async function wholeBody(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return all.length === 1 ? (all[0] ?? Buffer.alloc(0)) : Buffer.concat(all);
}
