import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClusterTransport } from '../../../../../src/vastdb/engines/vast/transport/cluster-transport.ts';
import type { Exchange } from '../../../../support/vastdb/recordings.ts';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A real HTTP server that answers what was recorded, one exchange after the other, whatever it is asked. */
export interface ReplayServer {
  readonly transport: ClusterTransport;
  /** What it was asked, in the order of the exchanges. */
  readonly received: readonly ReceivedRequest[];
  /** The position of the next exchange. */
  position: number;
  /** Whether the next exchange belongs to what is labelled so. */
  readonly goesOn: (label: string) => boolean;
  close(): Promise<void>;
}

export async function startReplayServer(exchanges: readonly Exchange[]): Promise<ReplayServer> {
  const received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, path: url, headers: headers as Record<string, string>, body: Buffer.concat(pieces) });
      const exchange = exchanges[replay.position];
      replay.position += 1;
      if (exchange === undefined) {
        response.writeHead(500).end();
        return;
      }
      const { status, headers: answered, body } = exchange.response;
      response.writeHead(status, answered);
      if (exchange.injected?.includes('closed the connection') === true) {
        response.write(Buffer.from(body, 'base64'), () => request.socket.destroy());
      } else {
        response.end(Buffer.from(body, 'base64'));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const transport = new ClusterTransport({
    endpoints: [`http://127.0.0.1:${port}`],
    accessKey: 'abc',
    secretKey: 'xyz',
    // One endpoint that answers 500 on purpose is not to be taken for one that is down.
    endpointOptions: { errorsUntilDown: Infinity },
  });
  const replay: ReplayServer = {
    transport,
    received,
    position: 0,
    goesOn: (label) => exchanges[replay.position]?.label === label,
    close: async () => {
      transport.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
  return replay;
}
