import { Endpoint, type EndpointOptions, type EndpointStatistics } from './endpoint.ts';

const DEFAULTS: EndpointOptions = {
  errorsUntilDown: 3,
  backoff: { baseMs: 500, maxMs: 15_000, jitter: 0.5 },
  clock: () => performance.now(),
};

/** The endpoints of a cluster. They can be added and removed while requests run. */
export class EndpointManager {
  readonly #options: EndpointOptions;
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(urls: Iterable<string>, options: Partial<EndpointOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
    for (const url of urls) this.add(url);
  }

  /** Does nothing where it is already there. */
  add(url: string): void {
    if (!this.#endpoints.has(url)) this.#endpoints.set(url, new Endpoint(url, this.#options));
  }

  /** Requests to it that run are not interrupted. */
  remove(url: string): void {
    this.#endpoints.delete(url);
  }

  /** How many there are, down or not. */
  get count(): number {
    return this.#endpoints.size;
  }

  healthy(): Endpoint[] {
    return [...this.#endpoints.values()].filter((endpoint) => !endpoint.isDown);
  }

  /** Those that are down and may be tried now. */
  due(): Endpoint[] {
    return [...this.#endpoints.values()].filter((endpoint) => endpoint.isDown && endpoint.dueInMs === 0);
  }

  /** Time until one that is down may be tried; undefined if none waits. */
  get msUntilDue(): number | undefined {
    const waits = [...this.#endpoints.values()].filter(({ isDown }) => isDown).map(({ dueInMs }) => dueInMs);
    const shortest = Math.min(...waits);
    return Number.isFinite(shortest) ? shortest : undefined;
  }

  statistics(): EndpointStatistics[] {
    return [...this.#endpoints.values()].map((endpoint) => endpoint.statistics());
  }
}
