import { Buffer } from 'node:buffer';
import { isIP } from 'node:net';
import { hash } from 'node:crypto';
import type { S3Credentials } from './s3-credentials.ts';
import { PreparedHmac } from './prepared-hmac.ts';
import { LANES, RequestSigner } from './sha256/request-signer.ts';
import { SigningWindow } from './signing-window.ts';

const INITIAL_PATH_BYTES = 1024;

/**
 * Hashes canonical requests of SigV4 that differ in the path alone. They are put together in a kept buffer: hashing a
 * string that was just concatenated takes more than twice as long.
 */
class CanonicalRequestHash {
  readonly #headBytes: number;
  readonly #tail: Buffer;
  #buffer: Buffer;
  /** The last canonical request: for one of the same length only the path has to be written. */
  #used: Buffer;

  /** `head` is what comes before the path, `tail` what comes after it. */
  constructor(head: string, tail: string) {
    const headBytes = Buffer.from(head, 'utf8');
    this.#headBytes = headBytes.length;
    this.#tail = Buffer.from(tail, 'utf8');
    this.#buffer = Buffer.concat([headBytes], headBytes.length + INITIAL_PATH_BYTES + this.#tail.length);
    this.#used = this.#buffer.subarray(0, 0);
  }

  /** The SHA-256 of the canonical request in hex. The path is encoded, so it is ASCII. */
  of(path: string): string {
    const length = this.#headBytes + path.length + this.#tail.length;
    if (length !== this.#used.length) this.#resize(length);
    this.#buffer.write(path, this.#headBytes, 'latin1');
    return hash('sha256', this.#used, 'hex');
  }

  #resize(length: number): void {
    if (this.#buffer.length < length) this.#buffer = Buffer.concat([this.#buffer], length * 2);
    this.#tail.copy(this.#buffer, length - this.#tail.length);
    this.#used = this.#buffer.subarray(0, length);
  }
}

/** The longest life that S3 allows a signed URL. */
const MAX_PRESIGN_S = 604_800;

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** The operation that each method means, as the AWS SDK names it in its URLs. */
const OPERATION = { GET: 'GetObject', PUT: 'PutObject' } as const;
const PLAIN_KEY = /^[A-Za-z0-9_.~/-]*$/;
const MAX_TEMPLATES = 100;
/** Digits of a SHA-256 in hex. */
const SIGNATURE_LENGTH = 64;

type PresignMethod = keyof typeof OPERATION;

export interface SigV4PresignerOptions {
  /** The present credentials; the same object until they are replaced. Throws if there are none. */
  readonly credentials: () => S3Credentials;
  readonly region: string;
  /** URL of the service as clients reach it; a path in it stays in front of all paths. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Bucket in the path rather than in the host name. */
  readonly forcePathStyle: boolean;
  /** How long a URL is good for, at least. */
  readonly expiresS: number;
  /** Grid that signing times are rounded down to; 1 switches it off. */
  readonly gridS: number;
  /** Unix milliseconds. */
  readonly clock?: () => number;
}

/** Signed besides the path. The client must send exactly these headers. */
export interface PresignExtras {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

/** The parts of a window's URLs that do not depend on the key. */
interface Template {
  readonly canonicalRequest: CanonicalRequestHash;
  /** Signs several requests at once. */
  readonly batch: RequestSigner;
  readonly urlHead: string;
  readonly queryBeforeSignature: string;
  readonly queryAfterSignature: string;
}

/** Shared by all URLs of a signing window, as long as the credentials stay the same. */
interface WindowState {
  /** A number that changes whenever the URLs do: with the signing window, and with the credentials. */
  readonly epoch: number;
  readonly start: number;
  readonly credentials: S3Credentials;
  /** Signs the hash of a canonical request, after `signedHead`. */
  readonly signer: PreparedHmac;
  readonly signingKey: Buffer;
  readonly signedHead: string;
  /** Query parameters of every URL, encoded, in no order. */
  readonly query: readonly string[];
  readonly templates: Map<string, Template>;
}

/**
 * Presigns S3 URLs (AWS Signature Version 4, in the query, payload unsigned). It gives byte for byte the URLs of
 * `@aws-sdk/s3-request-presigner`, and does only two hashes and one HMAC of work per URL: the signing key is kept for
 * its day, and what all URLs of a window share is put together once. See docs/adr/0005-presigner.md.
 */
export class SigV4Presigner {
  readonly #options: SigV4PresignerOptions;
  readonly #window: SigningWindow;
  readonly #origin: string;
  readonly #host: string;
  readonly #basePath: string;
  #signingKey: { readonly day: string; readonly credentials: S3Credentials; readonly key: Buffer } | undefined;
  #state: WindowState | undefined;
  #states = 0;

  /** Throws when the life of a URL, lengthened by the grid, is longer than S3 allows. */
  constructor(options: SigV4PresignerOptions) {
    const { endpoint, bucket, forcePathStyle, expiresS, gridS, clock = Date.now } = options;
    this.#options = options;
    this.#window = new SigningWindow(expiresS, gridS, clock);
    if (this.#window.lifeS > MAX_PRESIGN_S) {
      throw new Error(
        `Signed URLs would live for ${this.#window.lifeS} s; S3 allows ${MAX_PRESIGN_S} s with the grid.`,
      );
    }
    const url = new URL(endpoint);
    const path = url.pathname.replace(/\/$/, '');
    const inHost = !forcePathStyle && isVirtualHostable(bucket, url);
    this.#host = inHost ? `${bucket}.${url.host}` : url.host;
    this.#basePath = inHost ? `${path}/` : `${path}/${bucket}/`;
    this.#origin = `${url.protocol}//${this.#host}`;
  }

  /**
   * A signed URL for the object. ASCII without quotes, so it needs no escaping in JSON.
   *
   * @param state the present one, for callers who have it already
   */
  presign(method: PresignMethod, key: string, extras?: PresignExtras, state = this.state()): string {
    const id = extras === undefined ? method : method + JSON.stringify(extras);
    const template = state.templates.get(id) ?? this.#keepTemplate(state, id, method, extras);
    const path = pathOf(key);
    return urlOf(template, path, state.signer.digest(template.canonicalRequest.of(path), 'hex'));
  }

  /** As `presign` for each of the keys, in their order; takes half the time where their paths are equally long. */
  presignAll(method: PresignMethod, keys: readonly string[], state = this.state()): string[] {
    const template = state.templates.get(method) ?? this.#keepTemplate(state, method, method);
    const paths = keys.map(pathOf);
    const urls: string[] = [];
    for (let from = 0; from < paths.length; from += LANES) {
      const batch = paths.slice(from, from + LANES);
      const signatures = template.batch.sign(batch);
      for (const path of batch) {
        const start = (urls.length - from) * SIGNATURE_LENGTH;
        const signature =
          signatures?.slice(start, start + SIGNATURE_LENGTH) ??
          state.signer.digest(template.canonicalRequest.of(path), 'hex');
        urls.push(urlOf(template, path, signature));
      }
    }
    return urls;
  }

  /** The state that all URLs share now. */
  state(): WindowState {
    const start = this.#window.start();
    const credentials = this.#options.credentials();
    if (this.#state?.start !== start || this.#state.credentials !== credentials) {
      this.#state = this.#stateOf(start, credentials);
    }
    return this.#state;
  }

  #stateOf(start: number, credentials: S3Credentials): WindowState {
    const { accessKeyId, sessionToken, expiration } = credentials;
    const time = amzDate(start);
    const day = time.slice(0, 8);
    const scope = `${day}/${this.#options.region}/s3/aws4_request`;
    // The store refuses a URL when its credentials have expired; the URL says so itself.
    const leftS = expiration === undefined ? Infinity : Math.floor(expiration.getTime() / 1000) - start;
    const query = [
      `X-Amz-Algorithm=${ALGORITHM}`,
      'X-Amz-Content-Sha256=UNSIGNED-PAYLOAD',
      `X-Amz-Credential=${escapeUri(`${accessKeyId}/${scope}`)}`,
      `X-Amz-Date=${time}`,
      `X-Amz-Expires=${Math.max(1, Math.min(this.#window.lifeS, leftS))}`,
    ];
    // An empty token is no token, as in the SDK.
    if (sessionToken) query.push(`X-Amz-Security-Token=${escapeUri(sessionToken)}`);
    const signingKey = this.#signingKeyOf(day, credentials);
    const signedHead = `${ALGORITHM}\n${time}\n${scope}\n`;
    const signer = new PreparedHmac(signingKey, signedHead);
    const epoch = ++this.#states;
    return { epoch, start, credentials, signer, signingKey, signedHead, query, templates: new Map() };
  }

  /** Kept for its day. */
  #signingKeyOf(day: string, credentials: S3Credentials): Buffer {
    const kept = this.#signingKey;
    if (kept?.day === day && kept.credentials === credentials) return kept.key;
    const dayKey = new PreparedHmac(`AWS4${credentials.secretAccessKey}`).digestBytes(day);
    const steps = [this.#options.region, 's3', 'aws4_request'];
    const key = steps.reduce((above, step) => new PreparedHmac(above).digestBytes(step), dayKey);
    this.#signingKey = { day, credentials, key };
    return key;
  }

  #keepTemplate(state: WindowState, id: string, method: PresignMethod, extras?: PresignExtras): Template {
    if (state.templates.size >= MAX_TEMPLATES) state.templates.clear();
    const template = this.#templateOf(state, method, extras);
    state.templates.set(id, template);
    return template;
  }

  #templateOf(state: WindowState, method: PresignMethod, extras: PresignExtras = {}): Template {
    const headers = Object.entries({ ...extras.headers, host: this.#host })
      .map(([name, value]) => [name.toLowerCase(), canonicalHeaderValue(value)] as const)
      .sort(([a], [b]) => compare(a, b));
    const signedHeaders = headers.map(([name]) => name).join(';');
    const extraQuery = Object.entries({ 'x-id': OPERATION[method], ...extras.query });
    const query = [
      ...state.query,
      `X-Amz-SignedHeaders=${escapeUri(signedHeaders)}`,
      ...extraQuery.map(([name, value]) => `${escapeUri(name)}=${escapeUri(value)}`),
    ].sort((a, b) => compare(nameOf(a), nameOf(b)));
    const isBefore = (parameter: string): boolean => compare(nameOf(parameter), 'X-Amz-Signature') < 0;
    const before = query.filter(isBefore);
    const after = query.filter((parameter) => !isBefore(parameter));
    const headerLines = headers.map(([name, value]) => `${name}:${value}\n`).join('');
    const requestHead = `${method}\n${this.#basePath}`;
    const requestTail = `\n${query.join('&')}\n${headerLines}\n${signedHeaders}\nUNSIGNED-PAYLOAD`;
    return {
      canonicalRequest: new CanonicalRequestHash(requestHead, requestTail),
      batch: new RequestSigner(state.signingKey, state.signedHead, requestHead, requestTail),
      urlHead: this.#origin + this.#basePath,
      queryBeforeSignature: `?${[...before, 'X-Amz-Signature='].join('&')}`,
      queryAfterSignature: after.map((parameter) => `&${parameter}`).join(''),
    };
  }
}

/** The object's path in URLs and canonical requests, after the bucket's. ASCII. */
const pathOf = (key: string): string => (PLAIN_KEY.test(key) ? key : key.split('/').map(escapeUri).join('/'));

const urlOf = ({ urlHead, queryBeforeSignature, queryAfterSignature }: Template, path: string, signature: string) =>
  urlHead + path + queryBeforeSignature + signature + queryAfterSignature;

/** Encodes all but the unreserved characters of RFC 3986, as SigV4 asks for. */
function escapeUri(text: string): string {
  const percentEncode = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, percentEncode);
}

/** Unix seconds as `YYYYMMDD'T'HHMMSS'Z'`. */
function amzDate(unixS: number): string {
  return new Date(unixS * 1000).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function canonicalHeaderValue(value: string): string {
  return value.replace(/[\r\n\t ]+/g, ' ').trim();
}

function nameOf(parameter: string): string {
  return parameter.slice(0, parameter.indexOf('='));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * Whether the bucket can be part of the host name: a DNS label, and no dots under https, where certificates cover one
 * label only. An address has no names below it.
 */
function isVirtualHostable(bucket: string, endpoint: URL): boolean {
  const isAddress = isIP(endpoint.hostname.replace(/^\[|\]$/g, '')) !== 0;
  const labels = endpoint.protocol === 'http:' ? bucket.split('.') : [bucket];
  return (
    !isAddress &&
    isIP(bucket) === 0 &&
    bucket.length >= 3 &&
    labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
  );
}
