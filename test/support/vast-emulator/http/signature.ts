import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { ProtocolError } from './protocol-error.ts';

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query string, as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

const SIGNED_HEADERS = 'host;x-amz-date';
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]*)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * AWS signature version 4 as the cluster wants it: service s3, an empty region, only host and date signed.
 *
 * @throws ProtocolError 403
 */
export function verifySignature(request: SignedRequest, { accessKey, secretKey }: Credentials): void {
  const parts = AUTHORIZATION.exec(String(request.headers.authorization ?? ''));
  const date = String(request.headers['x-amz-date'] ?? '');
  if (parts === null) throw new ProtocolError(403, 'AccessDenied', 'the request is not signed as it should be');
  const [, key = '', day = '', region, signedHeaders, signature = ''] = parts;
  if (key !== accessKey) throw new ProtocolError(403, 'AccessDenied');
  const isExpected = region === '' && signedHeaders === SIGNED_HEADERS && date.startsWith(day);
  const wanted = hmac(signingKey(secretKey, day), stringToSign(request, date, day)).toString('hex');
  if (!isExpected || !timingSafeEqual(Buffer.from(wanted), Buffer.from(signature))) {
    throw new ProtocolError(403, 'SignatureDoesNotMatch');
  }
}

function stringToSign(request: SignedRequest, date: string, day: string): string {
  return ['AWS4-HMAC-SHA256', date, `${day}//s3/aws4_request`, sha256(canonicalRequest(request, date))].join('\n');
}

function canonicalRequest({ method, url, headers, body }: SignedRequest, date: string): string {
  const [path = '/', query = ''] = url.split('?', 2);
  const host = `host:${String(headers.host)}\nx-amz-date:${date}\n`;
  return [method, escapePath(path), canonicalQuery(query), host, SIGNED_HEADERS, sha256(body)].join('\n');
}

/** Parameters in order, each with a `=`. */
function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((parameter) => (parameter.includes('=') ? parameter : `${parameter}=`))
    .sort()
    .join('&');
}

/** Clients escape the path again although it is escaped already. */
function escapePath(path: string): string {
  return encodeURIComponent(path)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The key of the last secret and day, which nearly every request asks for again. */
let lastKey: { readonly of: string; readonly key: KeyObject } | undefined;

function signingKey(secretKey: string, day: string): KeyObject {
  const of = `${secretKey} ${day}`;
  if (lastKey?.of !== of) lastKey = { of, key: createSecretKey(deriveKey(secretKey, day)) };
  return lastKey.key;
}

function deriveKey(secretKey: string, day: string): Buffer {
  return ['', 's3', 'aws4_request'].reduce<Buffer>((key, part) => hmac(key, part), hmac(`AWS4${secretKey}`, day));
}

function hmac(key: string | Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}
