import { badRequest } from './protocol-error.ts';

/** A request that was read whole, taken apart. */
export interface EmulatorRequest {
  readonly method: string;
  /** Path and query string, as they came. */
  readonly url: string;
  /** Bucket, schemas, table; unescaped. */
  readonly path: readonly string[];
  /** Parameters, unescaped; '' for a bare word. */
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What an operation answers, with status 200. */
export interface EmulatorAnswer {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Sent in chunks, without a length. */
  readonly isChunked?: boolean;
  readonly rowsSent?: number;
  readonly rowsReceived?: number;
}

export function parseTarget(url: string): Pick<EmulatorRequest, 'path' | 'query'> {
  const [path = '/', query = ''] = url.split('?', 2);
  return {
    path: path.split('/').filter(Boolean).map(decodeURIComponent),
    query: new Map(new URLSearchParams(query)),
  };
}

/** A header, or '' when it is missing. */
export function header({ headers }: EmulatorRequest, name: string): string {
  return String(headers[name] ?? '');
}

/** @throws ProtocolError 400 when a header is no whole number, or less than `least`. */
export function numberHeader(request: EmulatorRequest, name: string, otherwise?: number, least = 0): number {
  const text = header(request, name);
  if (text === '' && otherwise !== undefined) return otherwise;
  const number = Number(text);
  if (text === '' || !Number.isSafeInteger(number) || number < least) throw badRequest(`header ${name}: "${text}"`);
  return number;
}

/** @throws ProtocolError 400 when the parameter is missing. */
export function parameter({ query }: EmulatorRequest, name: string): string {
  const value = query.get(name);
  if (value === undefined || value === '') throw badRequest(`parameter ${name} is missing`);
  return value;
}

/** The id of the transaction; undefined for a request that knows of none, such as the handshake. */
export function transactionId({ headers }: EmulatorRequest): string | undefined {
  const id = headers['tabular-txid'];
  return id === undefined ? undefined : String(id);
}
