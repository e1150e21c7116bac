import type { RequestKind } from '../../../cluster/load-balancer.ts';
import type { ClusterTransport } from '../transport/cluster-transport.ts';
import type { VastRequest, VastResponse } from '../transport/vast-request.ts';

export interface OperationOptions extends Omit<VastRequest, 'method' | 'path' | 'kind'> {
  readonly transactionId: string;
  /** `write` for everything but GET, where it is left out. */
  readonly kind?: RequestKind;
}

/** Requests about one schema of one bucket. */
export class Requests {
  readonly bucket: string;
  /** With slashes where it is nested. */
  readonly schema: string;
  readonly #transport: ClusterTransport;

  constructor(transport: ClusterTransport, bucket: string, schema: string) {
    this.#transport = transport;
    this.bucket = bucket;
    this.schema = schema;
  }

  schemaPath(name: string = this.schema): string[] {
    return [this.bucket, ...name.split('/').filter((part) => part !== '')];
  }

  tablePath(table: string): string[] {
    return [...this.schemaPath(), table];
  }

  /** The answer has to be read by the caller. */
  async send(method: VastRequest['method'], path: readonly string[], options: OperationOptions): Promise<VastResponse> {
    const kind = options.kind ?? (method === 'GET' ? 'read' : 'write');
    return this.#transport.request({ ...options, method, path, kind });
  }

  /** For requests whose answer says nothing more. @returns its headers. */
  async run(
    method: VastRequest['method'],
    path: readonly string[],
    options: OperationOptions,
  ): Promise<VastResponse['headers']> {
    const response = await this.send(method, path, options);
    await response.buffer();
    return response.headers;
  }

  /** Without any of the protocol's headers, as the handshake and the bucket check are sent. */
  async ask(method: 'GET' | 'HEAD', path: readonly string[], query: VastRequest['query']): Promise<VastResponse> {
    const response = await this.#transport.request({ method, path, query, kind: 'read' });
    await response.buffer();
    return response;
  }
}
