import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { http } from '../../shared/node-http.ts';
import { type AddressGuard, ForbiddenHost } from '../../shared/address-guard.ts';
import { checksumsIn } from '../checksums.ts';
import { CopyError } from './copy-error.ts';
import type { ExternalObject, SourceBody } from './copy-source.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Refusals that may pass: timeout, too early, too many requests. */
const PASSING = new Set([408, 425, 429]);

/** Opens an object behind a URL. The guard checks every address that is connected to, also those of redirects. */
export async function openExternal(
  { url, guard, maxBytes }: ExternalObject,
  answerMs: number,
  signal: AbortSignal,
): Promise<SourceBody> {
  const { answer, host } = await follow(url, guard, answerMs, signal);
  try {
    const { 'content-type': contentType, 'content-encoding': encoding = 'identity' } = answer.headers;
    if (encoding !== 'identity') throw new CopyError(`${host} sends its object encoded as ${encoding}.`, false);
    const size = lengthOf(answer, host);
    if (size !== undefined && size > maxBytes) {
      throw new CopyError(`The object at ${host} has ${size} bytes; ${maxBytes} are the most.`, false);
    }
    return { body: answer, size, maxBytes, contentType, checksums: checksumsIn(answer.headers).checksums };
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

async function follow(
  first: string,
  guard: AddressGuard,
  answerMs: number,
  signal: AbortSignal,
): Promise<{ answer: IncomingMessage; host: string }> {
  let url = URL.parse(first);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const refusal = url === null ? 'must be an absolute http or https URL' : guard.refusalOf(url);
    if (url === null || refusal !== undefined) throw new CopyError(`The URL of the source ${refusal}.`, false);
    const { host } = url;
    const answer = await answerOf(url, guard, answerMs, signal);
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200) return { answer, host };
    answer.destroy();
    if (!REDIRECTS.has(statusCode) || headers.location === undefined) {
      throw new CopyError(`${host} answered with status ${statusCode}.`, statusCode >= 500 || PASSING.has(statusCode));
    }
    url = URL.parse(headers.location, url.href);
  }
  throw new CopyError(`The source redirects more than ${MAX_REDIRECTS} times.`, false);
}

function answerOf(url: URL, guard: AddressGuard, answerMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? https.request : http.request;
    // A kept connection was perhaps made by somebody who checks no addresses: so each request has its own.
    const headers = { 'accept-encoding': 'identity' };
    const request = send(url, { agent: false, lookup: guard.lookup, signal, headers });
    const timer = setTimeout(() => {
      request.destroy(new CopyError(`${url.host} did not answer within ${answerMs} ms.`, true));
    }, answerMs);
    request.on('error', (error) => {
      reject(error instanceof CopyError ? error : unreachable(url.host, error));
    });
    request.on('close', () => {
      clearTimeout(timer);
    });
    request.on('response', (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    request.end();
  });
}

function unreachable(host: string, error: Error): CopyError {
  if (error instanceof ForbiddenHost)
    return new CopyError(`The source must not be read: ${error.message}.`, false, error);
  // A name with several addresses fails with an error for each of them.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const reason = first instanceof Error ? first.message : String(first);
  return new CopyError(`${host} cannot be read: ${reason}.`, true, error);
}

/** Undefined where the object comes in chunks, the last of which is marked. */
function lengthOf({ headers }: IncomingMessage, host: string): number | undefined {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length);
  if (headers['transfer-encoding'] !== undefined) return undefined;
  throw new CopyError(`${host} does not tell how long its object is, so its end cannot be checked.`, false);
}
