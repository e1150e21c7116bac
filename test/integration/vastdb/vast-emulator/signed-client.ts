import { createHash, createHmac } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';

/** An answer, read whole. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method: string;
  /** Path and query string. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Sends requests as they are, signed; for tests of the emulator alone. */
export class SignedClient {
  readonly #endpoint: URL;
  readonly #accessKey: string;
  readonly #secretKey: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(endpoint: string, accessKey: string, secretKey: string) {
    this.#endpoint = new URL(endpoint);
    this.#accessKey = accessKey;
    this.#secretKey = secretKey;
  }

  async send({ method, url, headers = {}, body = new Uint8Array(0) }: RawRequest): Promise<RawAnswer> {
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    const bodyHash = createHash('sha256').update(body).digest('hex');
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: this.#endpoint.hostname,
          port: this.#endpoint.port,
          method,
          path: url,
          agent: this.#agent,
          headers: {
            ...headers,
            'content-length': String(body.length),
            'x-amz-date': date,
            'x-amz-content-sha256': bodyHash,
            authorization: this.#authorization(method, url, date, bodyHash),
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers as Record<string, string>,
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #authorization(method: string, url: string, date: string, bodyHash: string): string {
    const day = date.slice(0, 8);
    const scope = `${day}//s3/aws4_request`;
    const [path = '/', query = ''] = url.split('?');
    const parameters = query === '' ? [] : query.split('&').map((part) => (part.includes('=') ? part : `${part}=`));
    const escapedPath = path.split('/').map(encodeURIComponent).join('/');
    const canonical = [
      method,
      escapedPath,
      parameters.sort().join('&'),
      `host:${this.#endpoint.host}`,
      `x-amz-date:${date}`,
      '',
      'host;x-amz-date',
      bodyHash,
    ].join('\n');
    const hash = createHash('sha256').update(canonical).digest('hex');
    const key = [day, '', 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${this.#secretKey}`);
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash}`).toString('hex');
    return `AWS4-HMAC-SHA256 Credential=${this.#accessKey}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
