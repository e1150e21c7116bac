import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import type { CredentialProvider } from './s3-credentials.ts';
import { type Checksum, checksumOf } from './checksums.ts';
import type { ObjectBody, ObjectInfo } from './media-store.ts';
import { isMissing, isRefusal } from './s3-errors.ts';

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

/** Throws what the store answers where it refuses to tell. */
export async function bucketExists(client: S3Client, bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    // The answer to a HEAD has no body; that to a listing has one, with the reason of the refusal.
    if (isRefusal(error)) await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
    throw error;
  }
}

export async function createBucket(client: S3Client, bucket: string, region: string): Promise<void> {
  try {
    await client.send(
      new CreateBucketCommand({
        Bucket: bucket,
        // Stores other than AWS's have regions of their own. AWS's default region must not be named.
        CreateBucketConfiguration:
          region === 'us-east-1' ? undefined : { LocationConstraint: region as BucketLocationConstraint },
      }),
    );
  } catch (error) {
    // Another process has created it since.
    if (!(error instanceof Error && error.name === 'BucketAlreadyOwnedByYou')) throw error;
  }
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

interface SignedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/**
 * One GET of a signed URL, with the client's connections and timeouts.
 *
 * @param range as in the header
 * @returns undefined for any answer without the bytes
 */
export async function getSigned(
  client: S3Client,
  url: string,
  range: string | undefined,
): Promise<ObjectBody | undefined> {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const asked = await client.config.requestHandler.handle({
    method: 'GET',
    protocol,
    hostname,
    port,
    path: pathname + search,
    headers: range === undefined ? {} : { range },
  });
  const { statusCode, headers, body } = asked.response as SignedAnswer;
  if (statusCode === 200 || statusCode === 206) return { ...infoOf(namedBySdk(headers)), body };
  body.resume();
  return undefined;
}

/** The headers of an answer to GET, by the names that the SDK has for them. */
function namedBySdk(headers: Readonly<Record<string, string>>): Answer {
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
