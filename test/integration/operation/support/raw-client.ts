import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const PATIENCE_MS = 60_000;

/** A connection that sends what a well-behaved client never would, and sees what comes of it. */
export class RawClient {
  readonly #socket: Socket;
  #received = '';
  #closed = false;
  readonly #close: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text) => (this.#received += String(text)));
    // A reset is one of the ways in which a server ends a connection. (`once` would reject at it.)
    socket.on('error', () => undefined);
    this.#close = new Promise((resolve) => {
      socket.on('close', () => {
        this.#closed = true;
        resolve();
      });
    });
  }

  static async open(baseUrl: string): Promise<RawClient> {
    const { hostname, port } = new URL(baseUrl);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  get received(): string {
    return this.#received;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The statuses of all answers so far. */
  get statuses(): number[] {
    return [...this.#received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Sends, and resolves when it is on its way or can no longer be sent. */
  sent(text: string): Promise<void> {
    return new Promise((resolve) => this.#socket.write(text, () => resolve()));
  }

  /** Stops taking what the server sends. */
  pause(): void {
    this.#socket.pause();
  }

  /** Takes one more piece of what the server sends, and no other. */
  pauseAfterNext(): void {
    this.#socket.once('data', () => this.#socket.pause());
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Sends `text` again and again until the connection ends or the test does. */
  drip(text: string, everyMs: number): void {
    const timer = setInterval(() => {
      if (this.#closed) clearInterval(timer);
      else this.#socket.write(text);
    }, everyMs);
    this.#socket.once('close', () => clearInterval(timer));
  }

  /** Resolves when the server has ended the connection. Rejects if it does not. */
  async ended(): Promise<void> {
    await this.#within('the server ends the connection', this.#close);
  }

  /** Waits for the head of an answer, and for its whole body where it has one of a given length. */
  async answer(): Promise<string> {
    const whole = new Promise<void>((resolve) => {
      const look = (): void => {
        if (isWhole(this.#received)) resolve();
      };
      this.#socket.on('data', look);
      look();
    });
    await this.#within('the answer comes', Promise.race([whole, this.#close]));
    return this.#received;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #within(what: string, done: Promise<void>): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`not within ${PATIENCE_MS} ms: ${what}`)), PATIENCE_MS);
    await Promise.race([done, late.promise]).finally(() => clearTimeout(timer));
  }
}

function isWhole(received: string): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = Number(/content-length: *(\d+)/i.exec(received)?.[1] ?? 0);
  return received.length >= end + 4 + length;
}
