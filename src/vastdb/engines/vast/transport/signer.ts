import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { RequestTarget } from './request-target.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SIGNED_HEADERS = 'host;x-amz-date';
const EMPTY_BODY_HASH = hash('sha256', '', 'hex');

/** The headers that make a request a signed one. */
export interface SignedHeaders {
  readonly host: string;
  readonly 'x-amz-date': string;
  readonly 'x-amz-content-sha256': string;
  readonly authorization: string;
}

/**
 * Signs requests as VAST wants it: AWS SigV4 for the service s3 with an empty region, over host and
 * date alone; the hash of the body is sent, and part of the signature, but its header is not signed.
 * Common signers cannot do that: they insist on a region, or sign every header.
 */
export class Signer {
  readonly #accessKey: string;
  readonly #secretKey: string;
  #day = '';
  #key: KeyObject | undefined;

  constructor(accessKey: string, secretKey: string) {
    this.#accessKey = accessKey;
    this.#secretKey = secretKey;
  }

  /** @param host as the request names it: without the port where that is the scheme's own. */
  sign(
    host: string,
    method: string,
    target: RequestTarget,
    body: Uint8Array | undefined,
    now: Date = new Date(),
  ): SignedHeaders {
    const date = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    const day = date.slice(0, 8);
    const bodyHash = body === undefined || body.length === 0 ? EMPTY_BODY_HASH : hash('sha256', body, 'hex');
    const canonicalRequest = [
      method,
      target.canonicalPath,
      target.canonicalQuery,
      `host:${host}`,
      `x-amz-date:${date}`,
      '',
      SIGNED_HEADERS,
      bodyHash,
    ].join('\n');
    const scope = `${day}//s3/aws4_request`;
    const stringToSign = [ALGORITHM, date, scope, hash('sha256', canonicalRequest, 'hex')].join('\n');
    const signature = createHmac('sha256', this.#keyOf(day)).update(stringToSign).digest('hex');
    return {
      host,
      'x-amz-date': date,
      'x-amz-content-sha256': bodyHash,
      authorization: `${ALGORITHM} Credential=${this.#accessKey}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
    };
  }

  /** The same for all requests of a day; as an object, since Node.js would make one of a buffer for each signature. */
  #keyOf(day: string): KeyObject {
    if (this.#key === undefined || day !== this.#day) {
      const steps = [day, '', 's3', 'aws4_request'];
      const derived = steps.reduce<Buffer>(
        (key, step) => createHmac('sha256', key).update(step).digest(),
        Buffer.from(`AWS4${this.#secretKey}`, 'utf8'),
      );
      this.#key = createSecretKey(derived);
      this.#day = day;
    }
    return this.#key;
  }
}
