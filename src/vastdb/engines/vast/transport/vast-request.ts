import type { RequestKind } from '../../../cluster/load-balancer.ts';

export interface VastRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Parts of the path after the endpoint, unescaped: bucket, schema, table; none for `/`. */
  readonly path: readonly string[];
  /** Parameters, unescaped; null for a bare word such as `?transaction`. */
  readonly query: Readonly<Record<string, string | null>>;
  /** More headers of the operation, lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Decimal; '0' is none. Undefined sends no tabular header at all, as for handshake and bucket check. */
  readonly transactionId?: string;
  readonly body?: Uint8Array;
  readonly kind: RequestKind;
  /** Doing it twice does no harm although it is no GET, as for begin and rollback: sent again when its answer is lost. */
  readonly repeatable?: boolean;
  /** Cheap for a healthy cluster: after two seconds of silence the request is given up. */
  readonly isQuick?: boolean;
  /** Gives the request up, also while its answer is being read. */
  readonly signal?: AbortSignal;
}

export interface VastResponse {
  readonly status: number;
  /** Names in lower case; a header that came several times is joined with commas. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Has to be read, once, either so or by `buffer`, or the connection stays occupied; leaving the loop
   * early gives the connection up. Fails with a TableError `unavailable` when the answer breaks off.
   */
  readonly body: AsyncIterable<Buffer>;
  buffer(): Promise<Buffer>;
}
