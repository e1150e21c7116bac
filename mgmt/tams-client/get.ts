import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const BODYLESS: ReadonlySet<number> = new Set([204, 205, 304]);
const REDIRECTS_MAX = 20;
/** A connection on which nothing comes for so long is given up, as `fetch` does. */
const SILENCE_MS = 300_000;

/**
 * Sends a GET as `fetch` does, for bodies that are read slowly: where a server closes the connection of one, `fetch` of Node.js 24
 * throws what nobody can catch, or never ends (nodejs/undici#5360).
 *
 * @throws TypeError where the connection fails; so does the body where it breaks.
 */
export async function get(url: URL, headersFor: (url: URL) => Record<string, string>): Promise<Response> {
  let target = url;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    const answer = await answerOf(target, headersFor(target));
    const { statusCode: status = 0, headers } = answer;
    if (!REDIRECTS.has(status) || headers.location === undefined) {
      const { 'content-length': length, 'retry-after': retryAfter } = headers;
      const shown = { ...(length && { 'content-length': length }), ...(retryAfter && { 'retry-after': retryAfter }) };
      // `Response` refuses a body with these.
      const body = BODYLESS.has(status) ? null : ReadableStream.from(bytesOf(answer));
      if (body === null) answer.resume();
      return new Response(body, { status, headers: shown });
    }
    answer.destroy();
    target = new URL(headers.location, target);
  }
  throw new TypeError('it is redirected too often');
}

async function answerOf(url: URL, headers: Record<string, string>): Promise<IncomingMessage> {
  const request = (url.protocol === 'https:' ? https : http).get(url, { headers });
  request.setTimeout(SILENCE_MS, () => request.destroy(new Error('nothing came any more')));
  // Without a listener of its own, an error after the headers would be thrown where nobody can catch it; the body tells it.
  request.on('error', () => undefined);
  try {
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return answer;
  } catch (error) {
    throw new TypeError('the connection failed', { cause: error });
  }
}

async function* bytesOf(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer) yield chunk as Uint8Array;
  } catch (error) {
    throw new TypeError('the connection broke', { cause: error });
  }
}
