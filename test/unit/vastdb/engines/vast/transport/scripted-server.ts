import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly socket: Socket;
}

export type Answer = (response: ServerResponse, received: Received) => void;

/** A real HTTP server that answers as the test says, and keeps what it received. */
export interface ScriptedServer {
  readonly url: string;
  readonly received: Received[];
  /** What the next requests get, one after the other; the last one is kept. */
  answerWith(...answers: Answer[]): void;
  close(): Promise<void>;
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const received: Received[] = [];
  let answers: Answer[] = [ok()];
  const server: Server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers, socket } = request;
      const entry = { method, url, headers, body: Buffer.concat(pieces).toString(), socket };
      received.push(entry);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response, entry);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answerWith: (...next) => {
      answers = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const ok =
  (body = '', headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(200, { server: 'vast 5.4.0.1', 'content-length': Buffer.byteLength(body), ...headers });
    response.end(body);
  };

export const status =
  (code: number, name?: string, message = ''): Answer =>
  (response) => {
    response.writeHead(code);
    response.end(
      name === undefined ? '' : `<?xml version="1.0"?><Error><Code>${name}</Code><Message>${message}</Message></Error>`,
    );
  };

export const hangUp: Answer = (_response, { socket }) => {
  socket.destroy();
};

export const hang: Answer = () => undefined;

/** Sends a part of an answer, then breaks off, or says no more. */
export const partOf =
  (body: string, then: 'breaksOff' | 'hangs'): Answer =>
  (response, { socket }) => {
    response.writeHead(200);
    response.write(body, () => {
      if (then === 'breaksOff') socket.destroy();
    });
  };
