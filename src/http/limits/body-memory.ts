import type { FastifyReply } from 'fastify';
import { Transform, type TransformCallback } from 'node:stream';
import { AppError } from '../../shared/errors.ts';
import { movedBy } from './running-requests.ts';

/** Smaller bodies are not counted, and never wait: the buffers of their connections hold as much. */
export const SMALL_BYTES = 64 * 1024;
/** How often stalled connections are looked for while others wait. */
const BEAT_MS = 250;
/** A connection that moves less than `MIN_BYTES` in this time is cut off while others wait. */
const STALL_MS = 2_000;
const MIN_BYTES = 16 * 1024;
/** How long a body waits for its turn before it is refused. */
const WAIT_MS = 20_000;
const RETRY_AFTER_S = 2;
/**
 * The largest share of the free room that a page takes: pages become smaller, and there is always room for one more.
 */
const PAGE_SHARE = 8;

interface Body {
  readonly reply: FastifyReply;
  /** Bytes of the request read so far, and of the answer. */
  bytes: number;
  /** Whether bytes of the request are expected still. */
  arriving: boolean;
  /** Its next bytes, while there is no room for them. */
  waiting: { readonly bytes: number; readonly since: number; readonly go: (error?: Error) => void } | undefined;
  /** Time of its connection's last progress, and the bytes moved by then. */
  movedAt: number;
  moved: number;
}

interface BodyMemoryOptions {
  readonly maxBytes: number;
  readonly onRefused: () => void;
  readonly onCutOff: () => void;
}

/**
 * The memory of large bodies, over all connections: of requests, until they are answered, and of answers, until they
 * are taken. When it is full, arriving bodies wait in order of arrival, and pages become smaller. While any wait,
 * stalled connections are cut off.
 */
export class BodyMemory {
  readonly #options: BodyMemoryOptions;
  /** In order of arrival. */
  readonly #bodies = new Map<FastifyReply, Body>();
  #timer: NodeJS.Timeout | undefined;
  #bytes = 0;
  #closes = false;

  constructor(options: BodyMemoryOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The bytes that a page may have now: `most`, unless much of the memory is taken. */
  pageBytes(most: number): number {
    const share = (this.#options.maxBytes - this.#bytes) / PAGE_SHARE;
    return Math.min(most, Math.max(SMALL_BYTES, Math.floor(share)));
  }

  /** Stands between the body of a request and its reader. Fails with AppError `overloaded` after waiting too long. */
  gate(reply: FastifyReply): Transform {
    const body = this.#bodyOf(reply);
    body.arriving = true;
    const gate = new Transform({
      transform: (chunk: Buffer, _encoding, done: TransformCallback) => {
        this.#take(body, chunk.length, (error) => {
          if (error === undefined) done(null, chunk);
          else done(error);
        });
      },
      flush: (done) => {
        body.arriving = false;
        this.#admit();
        done();
      },
    });
    return gate;
  }

  /** Counts an answer that is about to be sent. */
  addAnswer(reply: FastifyReply, bytes: number): void {
    const body = this.#bodyOf(reply);
    body.bytes += bytes;
    this.#bytes += bytes;
  }

  /** Refuses all that wait, and later ones at once: the server stops. */
  close(): void {
    this.#closes = true;
    for (const body of this.#bodies.values()) if (body.waiting !== undefined) this.#refuse(body);
  }

  remove(reply: FastifyReply): void {
    const body = this.#bodies.get(reply);
    if (body === undefined) return;
    this.#bodies.delete(reply);
    this.#bytes -= body.bytes;
    const { waiting } = body;
    body.waiting = undefined;
    if (body.arriving) {
      // Answered before the whole body had arrived: the rest is read and dropped, or the client might never read the
      // answer.
      reply.request.raw.unpipe().resume();
      waiting?.go(new Error('the request has ended'));
    }
    this.#admit();
  }

  #bodyOf(reply: FastifyReply): Body {
    const known = this.#bodies.get(reply);
    if (known !== undefined) return known;
    const now = performance.now();
    const body = { reply, bytes: 0, arriving: false, waiting: undefined, movedAt: now, moved: movedBy(reply) };
    this.#bodies.set(reply, body);
    this.#timer ??= setInterval(this.#beat, BEAT_MS).unref();
    return body;
  }

  #take(body: Body, bytes: number, go: (error?: Error) => void): void {
    // A removed connection is not read any more.
    if (!this.#bodies.has(body.reply)) return;
    body.waiting = { bytes, since: performance.now(), go };
    this.#admit();
  }

  /**
   * Resumes connections for which there is room. The first to arrive always goes on, or all could wait for each other.
   */
  #admit(): void {
    let isFirst = true;
    for (const body of this.#bodies.values()) {
      if (!body.arriving) continue;
      const { waiting } = body;
      if (waiting !== undefined && (isFirst || this.#bytes + waiting.bytes <= this.#options.maxBytes)) {
        body.waiting = undefined;
        body.bytes += waiting.bytes;
        this.#bytes += waiting.bytes;
        waiting.go();
      }
      isFirst = false;
    }
  }

  #refuse(body: Body): void {
    const { waiting } = body;
    this.#options.onRefused();
    body.waiting = undefined;
    waiting?.go(noRoom());
  }

  readonly #beat = (): void => {
    const now = performance.now();
    const bodies = [...this.#bodies.values()];
    const isFull = this.#bytes > this.#options.maxBytes || bodies.some(({ waiting }) => waiting !== undefined);
    for (const body of bodies) this.#check(body, now, isFull);
    if (this.#bodies.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  };

  #check(body: Body, now: number, isFull: boolean): void {
    const { reply, waiting } = body;
    const { socket } = reply.request.raw;
    if (socket.destroyed) {
      this.remove(reply);
    } else if (waiting !== undefined) {
      body.movedAt = now;
      if (this.#closes || now - waiting.since >= WAIT_MS) this.#refuse(body);
    } else if (now - body.movedAt >= STALL_MS) {
      const moved = movedBy(reply);
      const getsOn = moved - body.moved >= MIN_BYTES || waitsForServer(body);
      if (getsOn || !isFull) {
        body.movedAt = now;
        body.moved = moved;
        return;
      }
      this.#options.onCutOff();
      this.remove(reply);
      socket.destroy();
    }
  }
}

const noRoom = (): AppError =>
  new AppError('overloaded', 'Too many large bodies arrive at once; try again later', { retryAfterS: RETRY_AFTER_S });

/** All of the request has arrived, and there is nothing of the answer that the client has not taken. */
const waitsForServer = ({ arriving, reply }: Body): boolean => !arriving && reply.raw.writableLength === 0;
