import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What servers in tests need in order to reach receivers on this machine. */
export const REACH_RECEIVERS = { WEBHOOK_ALLOW_HOSTS: '127.0.0.0/8' };

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: EventBody;
}

export interface EventBody {
  readonly event_id: string;
  readonly event_timestamp: string;
  readonly event_type: string;
  // What is in it depends on the type: tests compare it with what they expect.
  readonly event: Record<string, unknown>;
}

/** A status to answer with, or `hang` for no answer at all. */
type Answer = number | 'hang';

/** A real receiver of webhooks, which keeps what it took and answers as it is told. */
export class WebhookReceiver {
  /** What was answered with a 2xx, in the order of arrival. */
  readonly taken: Received[] = [];
  /** Everything that arrived. */
  readonly arrived: Received[] = [];
  /** Decides the answers. */
  answer: (received: Received) => Answer | Promise<Answer> = () => 204;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        const { url = '', headers } = request;
        void receiver.#take({ path: url, headers, body: JSON.parse(text) as EventBody }, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  types(): string[] {
    return this.taken.map(({ body }) => body.event_type);
  }

  /** Waits until so many were taken, and a moment longer for one too many. Returns their bodies. */
  async events(count: number, withinMs = 60_000): Promise<EventBody[]> {
    const deadline = performance.now() + withinMs;
    while (this.taken.length < count && performance.now() < deadline) await sleep(10);
    await sleep(60);
    if (this.taken.length !== count) {
      throw new Error(`Expected were ${count} events, taken: ${JSON.stringify(this.types())}`);
    }
    return this.taken.map(({ body }) => body);
  }

  /** Forgets what arrived. */
  clear(): void {
    this.taken.length = 0;
    this.arrived.length = 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(received: Received, response: ServerResponse): Promise<void> {
    this.arrived.push(received);
    const answer = await this.answer(received);
    if (answer === 'hang') return;
    if (answer < 300) this.taken.push(received);
    response.writeHead(answer).end();
  }
}
