import { setTimeout as sleep } from 'node:timers/promises';
import { TableError } from '../table-error.ts';
import { type Balancing, chooseEndpoint } from './balancing.ts';
import type { Endpoint } from './endpoint.ts';
import type { EndpointManager } from './endpoint-manager.ts';

/** Kinds of requests: each may be balanced in its own way. */
export type RequestKind = 'read' | 'write' | 'analytics';

interface LoadBalancerOptions {
  /** For reads and writes; `least_in_flight` unless set. */
  readonly balancing?: Balancing | undefined;
  /**
   * Asks an endpoint that is down whether it is there again, beside the requests. It settles when the
   * endpoint knows of the outcome; it never rejects.
   */
  readonly probe: (endpoint: Endpoint) => Promise<void>;
}

/** How long requests wait for a probe that runs, when no endpoint is healthy. It may go on without them. */
const PROBE_PATIENCE_MS = 1000;
/** `Retry-After` when it is unknown when an endpoint will be back: one is being tried right now. */
const BEING_TRIED_MS = 1000;

/** Chooses the endpoint of each request. */
export class LoadBalancer {
  readonly #endpoints: EndpointManager;
  readonly #balancing: Readonly<Record<RequestKind, Balancing>>;
  readonly #probe: LoadBalancerOptions['probe'];
  /** Probes that requests may wait for. */
  readonly #probes = new Map<Endpoint, Promise<Endpoint>>();
  #turn = 0;

  constructor(endpoints: EndpointManager, { balancing = 'least_in_flight', probe }: LoadBalancerOptions) {
    this.#endpoints = endpoints;
    // Analytics are long requests: how many run says little of how much they ask for.
    this.#balancing = { read: balancing, write: balancing, analytics: 'round_robin' };
    this.#probe = probe;
  }

  /**
   * A healthy endpoint, one outside of `tried` where there is one; undefined when none is healthy.
   * Those that are due are probed beside it.
   */
  choose(kind: RequestKind, tried: ReadonlySet<Endpoint> = new Set()): Endpoint | undefined {
    for (const endpoint of this.#endpoints.due()) this.#try(endpoint);
    const healthy = this.#endpoints.healthy();
    const untried = healthy.filter((endpoint) => !tried.has(endpoint));
    this.#turn += 1;
    return chooseEndpoint(untried.length > 0 ? untried : healthy, this.#balancing[kind], this.#turn);
  }

  /**
   * For a request that found none healthy: waits for the probes that run, until a second after they began, and returns the
   * first endpoint that is there again.
   *
   * @throws TableError `unavailable`, at once when no probe runs.
   */
  async chooseProbed(kind: RequestKind): Promise<Endpoint> {
    const probes = new Map(this.#probes);
    while (probes.size > 0) {
      probes.delete(await Promise.race(probes.values()));
      const chosen = this.choose(kind);
      if (chosen !== undefined) return chosen;
    }
    throw new TableError(
      'unavailable',
      'No endpoint of the cluster answers; they are tried again one by one.',
      undefined,
      this.#endpoints.msUntilDue ?? BEING_TRIED_MS,
    );
  }

  #try(endpoint: Endpoint): void {
    const patience = sleep(PROBE_PATIENCE_MS, undefined, { ref: false });
    const probe = Promise.race([this.#probe(endpoint), patience]).then(() => {
      this.#probes.delete(endpoint);
      return endpoint;
    });
    this.#probes.set(endpoint, probe);
  }
}
