import { TableError } from '../table-error.ts';
import { type Balancing, chooseEndpoint } from './balancing.ts';
import type { Endpoint } from './endpoint.ts';
import type { EndpointManager } from './endpoint-manager.ts';

/** What a request is for: each kind may be spread in its own way. */
export type RequestKind = 'read' | 'write' | 'analytics';

export interface LoadBalancerOptions {
  readonly balancing?: Partial<Readonly<Record<RequestKind, Balancing>>>;
  /**
   * Asks an endpoint that is down whether it is there again, while the others serve the requests: no
   * request waits for it. It settles when the endpoint knows of the outcome; it never rejects.
   */
  readonly probe: (endpoint: Endpoint) => Promise<void>;
}

const DEFAULT_BALANCING: Readonly<Record<RequestKind, Balancing>> = {
  read: 'leastInFlight',
  write: 'leastInFlight',
  // Long requests: how many run says little of how much they ask for.
  analytics: 'roundRobin',
};

/** What clients are told to wait when nobody knows when an endpoint will be back: one is being tried right now. */
const BEING_TRIED_MS = 1000;

/** Chooses the endpoint of each request. */
export class LoadBalancer {
  readonly #endpoints: EndpointManager;
  readonly #balancing: Readonly<Record<RequestKind, Balancing>>;
  readonly #probe: LoadBalancerOptions['probe'];
  #turn = 0;

  constructor(endpoints: EndpointManager, { balancing, probe }: LoadBalancerOptions) {
    this.#endpoints = endpoints;
    this.#balancing = { ...DEFAULT_BALANCING, ...balancing };
    this.#probe = probe;
  }

  /**
   * A healthy endpoint, one outside of `tried` where there is one. When none is healthy, one that is
   * due: this request then finds out whether it is there again.
   *
   * @throws TableError `unavailable`, at once, when there is none to try now.
   */
  choose(kind: RequestKind, tried: ReadonlySet<Endpoint> = new Set()): Endpoint {
    const healthy = this.#endpoints.healthy();
    const due = this.#endpoints.due();
    if (healthy.length > 0) for (const endpoint of due) void this.#probe(endpoint);
    const candidates = [healthy.filter((endpoint) => !tried.has(endpoint)), healthy, due].find(
      (some) => some.length > 0,
    );
    this.#turn += 1;
    const chosen = candidates && chooseEndpoint(candidates, this.#balancing[kind], this.#turn);
    if (chosen !== undefined) return chosen;
    throw new TableError(
      'unavailable',
      'No endpoint of the cluster answers; they are tried again one by one.',
      undefined,
      this.#endpoints.msUntilDue ?? BEING_TRIED_MS,
    );
  }
}
