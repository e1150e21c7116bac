import { S3Client } from '@aws-sdk/client-s3';
import type { CredentialProvider } from './s3-credentials.ts';

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
