import { setTimeout as pause } from 'node:timers/promises';
import { HttpFailure, Unreachable } from './http-failure.ts';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A server that asks for more patience than this is given up on. */
const LONGEST_RETRY_AFTER_MS = 120_000;
/** Overload and failures of what lies between; anything else would answer the same again. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface Exchange extends RequestInit {
  readonly url: URL;
  /** A request as it may be shown: method and path, since queries may carry signatures and tokens. */
  readonly shown: string;
  readonly expected: readonly number[];
}

/**
 * Sends a request and gives `read` the answer of an expected status. Repeats both after failures that may pass, after
 * the pause that the server asks for (Retry-After) or one that doubles. So the request must be one that may be repeated.
 *
 * @throws HttpFailure for any other status.
 */
export async function resilientFetch<T>(
  exchange: Exchange,
  read: (response: Response) => Promise<T>,
  send: () => Promise<Response> = () => fetch(exchange.url, exchange),
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let pauseMs = Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
    try {
      const response = await send();
      if (exchange.expected.includes(response.status)) return await read(response);
      pauseMs = Math.max(pauseMs, retryAfterMs(response));
      throw new HttpFailure(exchange.shown, response.status, await response.text());
    } catch (error) {
      if (attempt >= ATTEMPTS || !mayPass(error) || pauseMs > LONGEST_RETRY_AFTER_MS) throw named(exchange, error);
    }
    await pause(pauseMs);
  }
}

/** Fetch reports broken connections as TypeErrors, also those that break within a body. */
function mayPass(error: unknown): boolean {
  return error instanceof HttpFailure ? PASSING.has(error.status) : error instanceof TypeError;
}

function named({ shown, url }: Exchange, error: unknown): unknown {
  return error instanceof TypeError ? new Unreachable(shown, url.host, error) : error;
}

function retryAfterMs(response: Response): number {
  const text = response.headers.get('retry-after');
  if (text === null) return 0;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? 0 : ms;
}
