/** What happens to a request instead of, or besides, its work. */
export type FaultKind =
  /** 503 with code SlowDown; nothing was done. */
  | 'slow-down'
  /** Another error: `status` and `code`; nothing was done. */
  | 'error'
  /** The connection is dropped; nothing was done. */
  | 'drop-before'
  /** The connection is dropped after the work was done, so the client cannot know. */
  | 'drop-after'
  /** The answer breaks off in its middle, and the connection with it. */
  | 'cut'
  /** A query that says within its answer that it failed. */
  | 'fail-query'
  /** No answer, ever; the connection stays open. */
  | 'hang';

export interface Fault {
  readonly kind: FaultKind;
  /** Only requests of this operation, such as `rows.insert`; a prefix may end with `*`, as in `transaction.*`. */
  readonly operation?: string;
  readonly method?: string;
  /** Only at this endpoint, by its place in `endpoints`. */
  readonly endpoint?: number;
  /** How many requests it hits before it ends; not limited when undefined. */
  readonly times?: number;
  /** Which part of the matching requests it hits, 0 to 1; all by default. Chosen by the emulator's seed. */
  readonly share?: number;
  /** Lets that many matching requests pass first. */
  readonly after?: number;
  /** For `error`. */
  readonly status?: number;
  readonly code?: string;
}

export interface Latency {
  /** Milliseconds that each request waits before its work is done. */
  readonly ms: number;
  /** Up to so many milliseconds more, evenly spread. */
  readonly jitterMs?: number;
  readonly operation?: string;
  readonly endpoint?: number;
}

interface ActiveFault {
  readonly fault: Fault;
  left: number;
  toPass: number;
}

/** What a fault or a latency is matched with. */
export interface FaultTarget {
  readonly operation: string;
  readonly method: string;
  readonly endpoint: number;
}

interface Endpoint {
  kill(): Promise<void>;
  revive(): Promise<void>;
}

/** Disturbs the emulator on purpose. Nothing is disturbed until a test asks for it. */
export class Faults {
  readonly #random: () => number;
  readonly #endpoints: readonly Endpoint[];
  #active: ActiveFault[] = [];
  #latencies: Latency[] = [];

  constructor(random: () => number, endpoints: readonly Endpoint[]) {
    this.#random = random;
    this.#endpoints = endpoints;
  }

  /** @returns a function that takes the fault away again. */
  add(fault: Fault): () => void {
    const active = { fault, left: fault.times ?? Number.POSITIVE_INFINITY, toPass: fault.after ?? 0 };
    this.#active.push(active);
    return () => (this.#active = this.#active.filter((other) => other !== active));
  }

  /** The next `times` requests that match answer 503 SlowDown. */
  slowDown(times: number, operation?: string): () => void {
    return this.add({ kind: 'slow-down', times, operation });
  }

  /** @returns a function that takes the latency away again. Several add up. */
  latency(latency: Latency): () => void {
    this.#latencies.push(latency);
    return () => (this.#latencies = this.#latencies.filter((other) => other !== latency));
  }

  /** Closes the listening socket of an endpoint and destroys its connections; the store lives on. */
  async kill(endpoint: number): Promise<void> {
    await this.#endpoint(endpoint).kill();
  }

  /** Listens again, on the same port. */
  async revive(endpoint: number): Promise<void> {
    await this.#endpoint(endpoint).revive();
  }

  /** Takes all faults and latencies away; endpoints stay as they are. */
  clear(): void {
    this.#active = [];
    this.#latencies = [];
  }

  /** For the server: the fault that hits this request, if one does; counts it. */
  take(target: FaultTarget): Fault | undefined {
    for (const active of this.#active) {
      if (!matches(active.fault, target)) continue;
      if (active.toPass > 0) {
        active.toPass -= 1;
        continue;
      }
      if (active.left <= 0 || (active.fault.share !== undefined && this.#random() >= active.fault.share)) continue;
      active.left -= 1;
      return active.fault;
    }
    return undefined;
  }

  /** For the server: milliseconds that this request has to wait. */
  delay(target: FaultTarget): number {
    let delay = 0;
    for (const latency of this.#latencies) {
      if (matches(latency, target)) delay += latency.ms + (latency.jitterMs ?? 0) * this.#random();
    }
    return delay;
  }

  #endpoint(index: number): Endpoint {
    const endpoint = this.#endpoints[index];
    if (endpoint === undefined) throw new RangeError(`there is no endpoint ${index}`);
    return endpoint;
  }
}

function matches(wanted: { operation?: string; method?: string; endpoint?: number }, target: FaultTarget): boolean {
  const { operation, method, endpoint } = wanted;
  if (method !== undefined && method !== target.method) return false;
  if (endpoint !== undefined && endpoint !== target.endpoint) return false;
  if (operation === undefined) return true;
  return operation.endsWith('*') ? target.operation.startsWith(operation.slice(0, -1)) : operation === target.operation;
}
