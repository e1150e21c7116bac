import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AllocatedObject } from '../../support/tams-client.ts';

/** An upload whose bytes the test sends one part after the other. Its connection stays open after it, as a pool's does. */
export class SlowUpload {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #request: ClientRequest;
  readonly #response: Promise<IncomingMessage>;

  /** `length`: how many bytes there will be in all. */
  constructor({ put_url }: AllocatedObject, length: number) {
    const contentType = put_url['content-type'];
    const headers = { 'content-length': length, ...(contentType !== undefined && { 'content-type': contentType }) };
    this.#request = request(put_url.url, { method: 'PUT', headers, agent: this.#agent });
    this.#response = once(this.#request, 'response').then(([response]: unknown[]) => response as IncomingMessage);
    // A test that kills the server does not ask for the response.
    this.#response.catch(() => undefined);
    this.#request.on('error', () => undefined);
  }

  /** Sends a part, and gives the server time to read it. */
  async send(part: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#request.write(part, (error) => (error == null ? resolve() : reject(error)));
    });
    await sleep(50);
  }

  /** Ends the upload and returns the status of the answer. */
  async finish(): Promise<number | undefined> {
    this.#request.end();
    const response = await this.#response;
    response.resume();
    return response.statusCode;
  }

  /** Breaks the connection. */
  abort(): void {
    this.#request.destroy();
    this.#agent.destroy();
  }
}
