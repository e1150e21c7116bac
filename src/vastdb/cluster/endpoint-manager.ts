import { Endpoint, type EndpointOptions, type EndpointStatistics } from './endpoint.ts';

const DEFAULTS: EndpointOptions = {
  errorsUntilDown: 3,
  backoff: { baseMs: 500, maxMs: 15_000, jitter: 0.5 },
  clock: () => performance.now(),
};

/** The endpoints of a cluster. */
export class EndpointManager {
  readonly #endpoints: readonly Endpoint[];

  constructor(urls: Iterable<string>, options: Partial<EndpointOptions> = {}) {
    this.#endpoints = [...new Set(urls)].map((url) => new Endpoint(url, { ...DEFAULTS, ...options }));
  }

  /** How many there are, down or not. */
  get count(): number {
    return this.#endpoints.length;
  }

  healthy(): Endpoint[] {
    return this.#endpoints.filter((endpoint) => !endpoint.isDown);
  }

  /** Those that are down and may be tried now. */
  due(): Endpoint[] {
    return this.#endpoints.filter((endpoint) => endpoint.isDown && endpoint.dueInMs === 0);
  }

  /** Time until one that is down may be tried; undefined if none waits. */
  get msUntilDue(): number | undefined {
    const waits = this.#endpoints.filter(({ isDown }) => isDown).map(({ dueInMs }) => dueInMs);
    const shortest = Math.min(...waits);
    return Number.isFinite(shortest) ? shortest : undefined;
  }

  statistics(): EndpointStatistics[] {
    return this.#endpoints.map((endpoint) => endpoint.statistics());
  }
}
