import { Agent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { StressReport } from '../support/stress-report.ts';

const TIMEOUT_MS = 30_000;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Call {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** A JSON value. */
  readonly json?: unknown;
  readonly bytes?: { readonly body: Buffer; readonly contentType: string };
}

/** Calls the API as a client would; every answer is looked at. */
export class ApiClient {
  readonly #baseUrl: string;
  readonly #report: StressReport;
  readonly #agent: Agent;

  constructor(baseUrl: string, report: StressReport, connections: number) {
    this.#baseUrl = baseUrl;
    this.#report = report;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** `target` is a path or an absolute URL. An answer of another status than the expected is a violation. */
  async call(operation: string, target: string, expected: readonly number[], call: Call = {}): Promise<Answer> {
    const answer = await this.#report.time(operation, () => this.#send(target, call));
    const { status, body } = answer;
    const told = (): string => `${operation} ${target}: ${status} ${body.toString('utf8', 0, 400)}`;
    this.#report.check('no 5xx', status < 500, told);
    this.#report.check('only expected statuses', expected.includes(status), told);
    return answer;
  }

  async json<T>(operation: string, target: string): Promise<T> {
    return jsonOf<T>(await this.call(operation, target, [200]));
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(target: string, { method = 'GET', json, bytes }: Call): Promise<Answer> {
    const body = json === undefined ? bytes?.body : Buffer.from(JSON.stringify(json));
    const contentType = json === undefined ? bytes?.contentType : 'application/json';
    const headers = {
      ...(body !== undefined && { 'content-length': body.length }),
      ...(contentType !== undefined && { 'content-type': contentType }),
    };
    return new Promise((resolve, reject) => {
      const url = new URL(target, this.#baseUrl);
      const sent = httpRequest(url, { method, headers, agent: this.#agent, timeout: TIMEOUT_MS }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${target} had no answer in ${TIMEOUT_MS / 1000} s`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

/** The caller says what it expects; what it then finds or misses shows whether that was right. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast that callers can read
export function jsonOf<T>({ body }: Answer): T {
  return JSON.parse(body.toString('utf8')) as T;
}

/** A header that is there once. */
export function headerOf({ headers }: Answer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
