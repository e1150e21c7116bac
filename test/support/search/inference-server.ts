import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { HashingEmbedder } from '../../../src/features/search/rules/embedding.ts';

/** What came of a transcription's form. */
export interface ReceivedForm {
  readonly authorization: string | undefined;
  readonly contentLength: number;
  readonly receivedBytes: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly fileName: string;
  readonly fileType: string;
  readonly fileBytes: number;
  readonly fileSha256: string;
  /** The form ended as its boundary says. */
  readonly isComplete: boolean;
}

interface Failure {
  readonly status: number;
  readonly body: string;
}

const CRLF2 = Buffer.from('\r\n\r\n');

/**
 * A server with OpenAI's endpoints over real HTTP. It transcribes nothing: what it answers to a file is kept in
 * `transcripts`, by the SHA-256 of its bytes. Its embeddings are hashed words, out of order and of any length.
 */
export class InferenceServer {
  readonly transcripts = new Map<string, object>();
  readonly forms: ReceivedForm[] = [];
  readonly embedded: string[][] = [];
  /** Answered in place of the next transcriptions and embeddings, one each; the last one stays. */
  transcriptionFailures: Failure[] = [];
  embeddingFailures: Failure[] = [];
  /** As long as it is set no transcription is answered. */
  holdTranscriptions: Promise<unknown> | undefined;
  /** How long a transcription takes. */
  transcriptionMs = 0;
  /** Files that were sent while another connection was still waiting for their transcript. */
  readonly overlapping: string[] = [];
  readonly #transcribing = new Set<string>();
  readonly dimension: number;
  readonly #embedder: HashingEmbedder;
  readonly #server: Server;

  private constructor(dimension: number) {
    this.dimension = dimension;
    this.#embedder = new HashingEmbedder(dimension);
    this.#server = createServer((request, response) => {
      void this.#answer(request)
        .catch((error: unknown) => ({ status: 500, body: String(error) }))
        .then(({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body));
    });
  }

  static async start(dimension = 384): Promise<InferenceServer> {
    const started = new InferenceServer(dimension);
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage): Promise<Failure> {
    if (request.method === 'POST' && request.url === '/v1/embeddings') return this.#embed(request);
    if (request.method === 'POST' && request.url === '/v1/audio/transcriptions') return this.#transcribe(request);
    request.resume();
    return { status: 404, body: 'no such endpoint' };
  }

  async #embed(request: IncomingMessage): Promise<Failure> {
    const { input } = JSON.parse(await text(request)) as { input: string[] };
    this.embedded.push(input);
    const failure = next(this.embeddingFailures);
    if (failure !== undefined) return failure;
    const vectors = await this.#embedder.embed(input);
    const data = vectors.map((vector, index) => ({ index, embedding: Array.from(vector, (element) => element * 3) }));
    return { status: 200, body: JSON.stringify({ data: data.reverse() }) };
  }

  async #transcribe(request: IncomingMessage): Promise<Failure> {
    const form = await readForm(request);
    this.forms.push(form);
    await this.#take(form, request);
    const failure = next(this.transcriptionFailures);
    if (failure !== undefined) return failure;
    const transcript = this.transcripts.get(form.fileSha256);
    if (transcript === undefined) return { status: 400, body: `{"error":{"message":"no speech in ${form.fileName}"}}` };
    return { status: 200, body: JSON.stringify(transcript) };
  }

  async #take({ fileName, fileSha256 }: ReceivedForm, { socket }: IncomingMessage): Promise<void> {
    if (this.#transcribing.has(fileSha256)) this.overlapping.push(fileName);
    this.#transcribing.add(fileSha256);
    // Whoever asked may die meanwhile.
    const end = (): void => void this.#transcribing.delete(fileSha256);
    socket.once('close', end);
    await pause(this.transcriptionMs);
    await this.holdTranscriptions;
    socket.off('close', end);
    end();
  }
}

const next = (failures: Failure[]): Failure | undefined => (failures.length > 1 ? failures.shift() : failures[0]);

/** The file comes last; of its bytes no more than a chunk is held. */
async function readForm(request: IncomingMessage): Promise<ReceivedForm> {
  const boundary = /boundary=(\S+)/.exec(request.headers['content-type'] ?? '')?.[1] ?? '';
  const ending = Buffer.from(`\r\n--${boundary}--\r\n`);
  const sha256 = createHash('sha256');
  let head: string | undefined;
  let held = Buffer.alloc(0);
  let receivedBytes = 0;
  let fileBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    receivedBytes += chunk.length;
    held = Buffer.concat([held, chunk]);
    if (head === undefined) {
      const fileAt = held.indexOf('filename="');
      const headEnd = fileAt < 0 ? -1 : held.indexOf(CRLF2, fileAt);
      if (headEnd < 0) continue;
      head = held.subarray(0, headEnd).toString('utf8');
      held = held.subarray(headEnd + CRLF2.length);
    }
    // What may be the ending is no part of the file.
    const file = held.subarray(0, Math.max(0, held.length - ending.length));
    sha256.update(file);
    fileBytes += file.length;
    held = Buffer.from(held.subarray(file.length));
  }
  const parts = (head ?? '').split(`--${boundary}\r\n`).slice(1);
  const last = parts.pop() ?? '';
  const fields = parts.map((part) => /name="([^"]*)"\r\n\r\n([\s\S]*)\r\n$/.exec(part)?.slice(1) as [string, string]);
  return {
    authorization: request.headers.authorization,
    contentLength: Number(request.headers['content-length']),
    receivedBytes,
    fields: Object.fromEntries(fields),
    fileName: /filename="([^"]*)"/.exec(last)?.[1] ?? '',
    fileType: /Content-Type: (.*)/.exec(last)?.[1]?.trim() ?? '',
    fileBytes,
    fileSha256: sha256.digest('hex'),
    isComplete: held.equals(ending),
  };
}
