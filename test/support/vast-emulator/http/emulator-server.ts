import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Faults } from '../faults.ts';
import type { Operation } from '../operations/operation.ts';
import { operationOf } from '../operations/operations.ts';
import { failedAnswer } from '../query/answer.ts';
import type { LoggedRequest, RequestLog } from '../request-log.ts';
import { LIMITS, type EmulatorSettings } from '../settings.ts';
import type { Store } from '../store/store.ts';
import { parseTarget, transactionId, type EmulatorAnswer, type EmulatorRequest } from './emulator-request.ts';
import { badRequest, ProtocolError } from './protocol-error.ts';
import { verifySignature, type Credentials } from './signature.ts';

export interface EmulatorContext {
  readonly endpoint: number;
  readonly store: Store;
  readonly settings: EmulatorSettings;
  readonly credentials: Credentials;
  readonly faults: Faults;
  readonly requests: RequestLog;
}

/** Longer than any client keeps a connection, so that the server never closes one under a request. */
const KEEP_ALIVE_MS = 120_000;
const HOST = '127.0.0.1';

/** One endpoint of the emulated cluster. */
export class EmulatorServer {
  readonly #context: EmulatorContext;
  #server: Server | undefined;
  #port = 0;

  constructor(context: EmulatorContext) {
    this.#context = context;
  }

  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  /** @param port 0 for a free one. */
  async listen(port: number): Promise<void> {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (message, response) => {
      this.#answer(message, response).catch(() => message.socket.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, HOST, resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops listening and destroys the connections; what the store holds stays. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async revive(): Promise<void> {
    if (this.#server === undefined) await this.listen(this.#port);
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { endpoint, faults, requests } = this.#context;
    const { body, isTooLarge } = await readBody(message);
    const request = { method: message.method ?? '', url: message.url ?? '/', headers: message.headers, body };
    const { path, query } = parseTarget(request.url);
    const operation = operationOf(request.method, path, query);
    const target = { operation: operation?.name ?? 'invalid', method: request.method, endpoint };
    const entry = logEntry(target, request.url, String(message.headers['tabular-txid'] ?? ''), body.length);
    requests.add(entry);

    const delay = faults.delay(target);
    if (delay > 0) await sleep(delay);
    const fault = faults.take(target);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'drop-before') {
      message.socket.destroy();
      return;
    }
    const outcome = this.#outcome({ ...request, path, query }, operation, fault, isTooLarge);
    if (fault?.kind === 'drop-after') {
      message.socket.destroy();
      return;
    }
    this.#send(message, response, outcome, fault, entry);
  }

  #outcome(
    request: EmulatorRequest,
    operation: Operation | undefined,
    fault: Fault | undefined,
    isTooLarge: boolean,
  ): EmulatorAnswer | ProtocolError {
    const { store, settings, credentials } = this.#context;
    try {
      if (isTooLarge) throw badRequest(`a request may have ${LIMITS.requestBytes} bytes`);
      verifySignature(request, credentials);
      if (fault?.kind === 'slow-down') throw new ProtocolError(503, 'SlowDown', 'Please reduce your request rate.');
      if (fault?.kind === 'error') throw new ProtocolError(fault.status ?? 500, fault.code ?? 'InternalError');
      if (operation === undefined) throw new ProtocolError(501, 'NotImplemented', `${request.method} ${request.url}`);
      if (operation.isTabular !== false && transactionId(request) === undefined)
        throw badRequest('tabular-txid is missing');
      const answer = operation.run(request, store, settings);
      return fault?.kind === 'fail-query' ? { ...answer, body: failedAnswer() } : answer;
    } catch (error) {
      if (error instanceof ProtocolError) return error;
      return new ProtocolError(
        500,
        'InternalError',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
    }
  }

  #send(
    message: IncomingMessage,
    response: ServerResponse,
    outcome: EmulatorAnswer | ProtocolError,
    fault: Fault | undefined,
    entry: LoggedRequest,
  ): void {
    const isError = outcome instanceof ProtocolError;
    const status = isError ? outcome.status : 200;
    const body = isError ? Buffer.from(outcome.toXml()) : (outcome.body ?? Buffer.alloc(0));
    const headers: Record<string, string | number> = {
      server: `vast ${this.#context.settings.version}`,
      ...(isError ? { 'content-type': 'application/xml' } : outcome.headers),
    };
    const isChunked = !isError && outcome.isChunked === true;
    if (!isChunked) headers['content-length'] = body.length;
    entry.status = status;
    entry.bytesSent = body.length;
    if (!isError) {
      entry.rowsSent = outcome.rowsSent ?? 0;
      entry.rowsReceived = outcome.rowsReceived ?? 0;
    }
    response.writeHead(status, headers);
    if (fault?.kind === 'cut') {
      response.write(body.subarray(0, body.length >> 1), () => message.socket.destroy());
      response.flushHeaders();
      return;
    }
    if (isChunked) response.write(body);
    response.end(isChunked ? undefined : body);
  }
}

function logEntry(
  target: { operation: string; method: string; endpoint: number },
  url: string,
  transaction: string,
  bytesReceived: number,
): LoggedRequest {
  return {
    ...target,
    url,
    transactionId: transaction,
    status: 0,
    bytesReceived,
    bytesSent: 0,
    rowsSent: 0,
    rowsReceived: 0,
  };
}

/** Reads to the end in any case, so that the answer arrives; keeps no more than a request may have. */
async function readBody(message: IncomingMessage): Promise<{ body: Buffer; isTooLarge: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= LIMITS.requestBytes) chunks.push(chunk);
  }
  const [only] = chunks;
  const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return { body, isTooLarge: length > LIMITS.requestBytes };
}
