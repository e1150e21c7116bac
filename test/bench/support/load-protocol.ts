/** What the benchmarks and the process that makes their load say to each other. */

export interface LoadRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With the query string. */
  readonly path: string;
  /** A JSON text. */
  readonly body?: string;
  /** Such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests over kept connections, each of which waits for its answer before it sends the next. */
export interface Load {
  readonly baseUrl: string;
  readonly connections: number;
  /** Taken in turn by whichever connection is free, and from the start again until the load ends. */
  readonly requests: readonly LoadRequest[];
  readonly until: { readonly ms: number } | { readonly requests: number };
  /**
   * Requests begun per second by all connections together; left out, as many as are answered. With a
   * rate, latency counts from when a request was due, so a server that stalls is not spared.
   */
  readonly ratePerSecond?: number;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  /** How many answers had which status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly latencyMs: Latency;
  /** The same for the answers of each status. */
  readonly latencyByStatus: Readonly<Record<string, Latency>>;
  /** Share of one core that the generator itself took: near 1, it measured itself. */
  readonly generatorBusy: number;
}

export type LoadAnswer = { readonly result: LoadResult } | { readonly failure: string };
