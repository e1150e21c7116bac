import { type GetObjectCommandOutput, type HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { CredentialProvider } from './s3-credentials.ts';
import { type Checksum, checksumOf } from './checksums.ts';
import type { ObjectInfo } from './media-store.ts';

/** A store that answers at all accepts a connection long before this. */
const MAX_CONNECT_MS = 5000;

export interface S3ClientOptions {
  /** URL of the service as this server reaches it. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly forcePathStyle: boolean;
  /** How long one attempt may take up to the answer's headers, and a body may stand still. */
  readonly requestTimeoutMs: number;
  /** Total attempts, with growing pauses between them. */
  readonly maxAttempts: number;
  /** Connections that are kept and used again, at most. */
  readonly maxSockets: number;
}

/** An S3 client that also stores other than AWS's get along with. */
export function createS3Client(options: S3ClientOptions): S3Client {
  const { endpoint, region, credentials, forcePathStyle } = options;
  const { requestTimeoutMs, maxAttempts, maxSockets } = options;
  const agent = { keepAlive: true, maxSockets };
  return new S3Client({
    endpoint,
    region,
    forcePathStyle,
    // The SDK refuses every request if AWS's environment asks for such a host beside an endpoint.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    credentials,
    maxAttempts,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: Math.min(requestTimeoutMs, MAX_CONNECT_MS),
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
    // Many stores do not know the checksum headers that the SDK adds by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With it, every large part would open a connection of its own.
    expectContinueHeader: false,
  });
}

/** The endpoint of AWS in a region. */
export function awsEndpoint(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

type Answer = Omit<HeadObjectCommandOutput | GetObjectCommandOutput, '$metadata'>;

/** An object as S3 describes it in answers to GET and HEAD. */
export function infoOf(answer: Answer): ObjectInfo {
  // The answer to a range has the length of the part; the whole length stands behind the slash.
  const whole = answer.ContentRange?.split('/')[1];
  return {
    size: whole === undefined ? (answer.ContentLength ?? 0) : Number(whole),
    etag: unquoted(answer.ETag),
    contentType: answer.ContentType,
    lastModified: answer.LastModified ?? new Date(0),
    checksum: checksumIn(answer),
  };
}

/** The headers of an answer to GET, by the names that the SDK has for them. */
export function namedBySdk(headers: Readonly<Record<string, string>>): Answer {
  const { 'last-modified': modified, 'content-length': length } = headers;
  return {
    ContentRange: headers['content-range'],
    ContentLength: length === undefined ? undefined : Number(length),
    ETag: headers.etag,
    ContentType: headers['content-type'],
    LastModified: modified === undefined ? undefined : new Date(modified),
  };
}

export function unquoted(etag = ''): string {
  return etag.replaceAll('"', '');
}

/** Only those of whole objects: one that was put together from those of parts depends on how the object was cut. */
function checksumIn(answer: Answer): Checksum | undefined {
  if (answer.ChecksumType === 'COMPOSITE') return undefined;
  return (
    checksumOf('sha256', answer.ChecksumSHA256 ?? '') ??
    checksumOf('sha1', answer.ChecksumSHA1 ?? '') ??
    checksumOf('crc32', answer.ChecksumCRC32 ?? '')
  );
}
