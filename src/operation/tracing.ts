/** The request that a trace is of, as far as traces tell. */
export interface TracedRequest {
  readonly method: string;
  /** The pattern of the route; undefined where no route takes the request. */
  readonly route: string | undefined;
  /** Without the query, which may carry secrets. */
  readonly path: string;
  readonly requestId: string;
  /** The W3C headers of whoever sent it. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** A call on something outside of the process, or on the tables, that has ended. */
export interface TracedCall {
  /** Such as `select segments`. */
  readonly name: string;
  /** `performance.now()` of its start. */
  readonly startedMs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
}

export interface RequestTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Runs `work`; what it calls, also later, is part of this trace. */
  run(work: () => void): void;
  end(status: number): void;
}
