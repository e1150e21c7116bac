import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const EMPTY = Buffer.alloc(0);
/** `HTTP/1.1 200`: where the status stands. */
const STATUS_AT = 9;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * One HTTP/1.1 connection that writes prepared requests and only counts the bytes of their answers.
 * Node's own client costs more than a small server's answer does, and would hide the difference
 * between two servers.
 */
export class RawConnection {
  readonly #socket: Socket;
  readonly #onAnswer: (status: number) => void;
  #head: Buffer = EMPTY;
  /** Of the answer under way; -1 while its head is not complete. */
  #bodyLeft = -1;
  #status = 0;

  private constructor(socket: Socket, onAnswer: (status: number) => void, onFailure: (error: Error) => void) {
    this.#socket = socket;
    this.#onAnswer = onAnswer;
    socket.on('data', (chunk) => {
      try {
        this.#read(chunk);
      } catch (error) {
        onFailure(error as Error);
      }
    });
    socket.on('error', onFailure);
    socket.on('close', () => {
      onFailure(new Error('the server closed a connection'));
    });
  }

  /** `onAnswer` is called when an answer is complete, `onFailure` when there will be no more of them. */
  static open(url: URL, onAnswer: (status: number) => void, onFailure: (error: Error) => void): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawConnection(socket, onAnswer, onFailure));
      });
    });
  }

  /** Bytes of a whole request. There is one at a time. */
  send(request: Buffer): void {
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#bodyLeft >= 0) {
      this.#countBody(chunk.length);
      return;
    }
    const data = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = data.indexOf(HEAD_END);
    if (end === -1) {
      this.#head = data;
      return;
    }
    this.#head = EMPTY;
    const head = data.toString('latin1', 0, end);
    this.#status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
    const length = CONTENT_LENGTH.exec(head)?.[1];
    if (length === undefined && this.#status !== 204) {
      throw new Error(`an answer of status ${this.#status} has no content-length, which this client needs`);
    }
    this.#bodyLeft = Number(length ?? 0);
    this.#countBody(data.length - end - HEAD_END.length);
  }

  #countBody(bytes: number): void {
    this.#bodyLeft -= bytes;
    if (this.#bodyLeft > 0) return;
    if (this.#bodyLeft < 0) throw new Error('an answer is longer than its content-length');
    this.#bodyLeft = -1;
    this.#onAnswer(this.#status);
  }
}
