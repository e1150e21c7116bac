import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** The port of the server that new connections lead to: a name that moves. */
  target: number;
  /** While true, nothing passes in either direction, and nobody is told: as where a machine lost its power. */
  isSilent: boolean;
  /** How often clients have sent something after they had got an answer, or first of all, over all connections. */
  roundTrips: number;
  /** Cuts all connections. */
  cut(): void;
  /**
   * Called with what a client sends, and with an object that stands for its connection. `drop` cuts that connection before
   * it, `forward-and-drop` right behind it, and `forward-and-cut` all connections.
   */
  onRequest:
    ((data: Buffer, connection: object) => 'forward' | 'drop' | 'forward-and-drop' | 'forward-and-cut') | undefined;
  close(): Promise<void>;
}

/** What is cut behind a request has to reach the server first. */
const DELIVERY_MS = 200;

/**
 * A hop before a local server, which can fail as networks do.
 *
 * @param options.latencyMs after which an answer arrives; what is under way meanwhile does not wait for each other.
 */
export async function startTcpProxy(targetPort: number, { latencyMs = 0 } = {}): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(proxy.target, '127.0.0.1');
    let isMute = false;
    let isAnswered = true;
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (data) => {
      if (proxy.isSilent) return;
      if (isAnswered) proxy.roundTrips += 1;
      isAnswered = false;
      const decision = proxy.onRequest?.(data, client) ?? 'forward';
      if (decision === 'drop') {
        cut();
        return;
      }
      if (decision !== 'forward') {
        isMute = true;
        setTimeout(() => {
          if (decision === 'forward-and-drop') cut();
          else proxy.cut();
        }, DELIVERY_MS);
      }
      upstream.write(data);
    });
    const answer = (data: Buffer): void => {
      isAnswered = true;
      if (!isMute && !proxy.isSilent) client.write(data);
    };
    upstream.on('data', latencyMs === 0 ? answer : (data) => setTimeout(answer, latencyMs, data));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
  const proxy: TcpProxy = {
    port: address.port,
    target: targetPort,
    isSilent: false,
    roundTrips: 0,
    onRequest: undefined,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      proxy.cut();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
