import { type Backoff, backoffMs } from '../../shared/retry.ts';
import { type DurationCounts, DurationTally } from '../../operation/metrics/duration-tally.ts';

/** State of an endpoint, for operators and the load balancer. */
export interface EndpointStatistics {
  readonly url: string;
  readonly state: 'healthy' | 'down';
  readonly requests: number;
  readonly errors: number;
  readonly inFlight: number;
  /** Time until an answer begins, exponentially weighted towards the latest; undefined before the first one. */
  readonly latencyMs: number | undefined;
  /** Times until answers began, since the start. */
  readonly durations: DurationCounts;
  /** For one that is down: when it may be tried again. */
  readonly dueInMs: number | undefined;
}

export interface EndpointOptions {
  /** Errors in a row after which an endpoint is left alone. */
  readonly errorsUntilDown: number;
  /** How long it is left alone; longer after every try that fails again. */
  readonly backoff: Backoff;
  /** Milliseconds, rising. */
  readonly clock: () => number;
}

/** The weight of the latest answer: about the last ten count. */
const LATENCY_WEIGHT = 0.2;

/**
 * One address of a cluster: its state and its statistics. It is down after some errors in a row, and then due for one
 * try at a time; there are no timers, since whoever needs an endpoint asks.
 */
export class Endpoint {
  readonly url: string;
  readonly #options: EndpointOptions;
  #requests = 0;
  #errors = 0;
  #inFlight = 0;
  #latencyMs: number | undefined;
  readonly #durations = new DurationTally();
  #errorsInRow = 0;
  #failedTries = 0;
  #dueAt: number | undefined;
  #trying = false;

  constructor(url: string, options: EndpointOptions) {
    this.url = url;
    this.#options = options;
  }

  get isDown(): boolean {
    return this.#dueAt !== undefined;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get latencyMs(): number | undefined {
    return this.#latencyMs;
  }

  /** How long until it may be tried again: 0 for one that is not down or is due, Infinity while it is being tried. */
  get dueInMs(): number {
    if (this.#dueAt === undefined) return 0;
    return this.#trying ? Infinity : Math.max(0, this.#dueAt - this.#options.clock());
  }

  /** Begins a request. The caller must call `end` of the result once. */
  use(): EndpointUse {
    const isTry = this.isDown;
    const startedAt = this.#options.clock();
    this.#requests += 1;
    this.#inFlight += 1;
    if (isTry) this.#trying = true;
    let verdict: 'answered' | 'failed' | undefined;
    let ended = false;
    return {
      began: () => {
        this.#began(this.#options.clock() - startedAt);
      },
      answered: () => {
        if (verdict !== undefined) return;
        verdict = 'answered';
        this.#answered(isTry);
      },
      failed: () => {
        if (verdict === 'failed') return;
        verdict = 'failed';
        this.#failed(isTry);
      },
      end: () => {
        if (ended) return;
        ended = true;
        this.#inFlight -= 1;
        if (isTry) this.#trying = false;
      },
    };
  }

  statistics(): EndpointStatistics {
    return {
      url: this.url,
      state: this.isDown ? 'down' : 'healthy',
      requests: this.#requests,
      errors: this.#errors,
      inFlight: this.#inFlight,
      latencyMs: this.#latencyMs,
      durations: this.#durations.counts(),
      dueInMs: this.isDown ? this.dueInMs : undefined,
    };
  }

  #began(ms: number): void {
    this.#durations.add(ms);
    this.#latencyMs = this.#latencyMs === undefined ? ms : this.#latencyMs + LATENCY_WEIGHT * (ms - this.#latencyMs);
  }

  #answered(isTry: boolean): void {
    // A request from before it went down says nothing about its present state.
    if (this.isDown && !isTry) return;
    this.#errorsInRow = 0;
    this.#failedTries = 0;
    this.#dueAt = undefined;
  }

  #failed(isTry: boolean): void {
    this.#errors += 1;
    this.#errorsInRow += 1;
    const goesDown = !this.isDown && this.#errorsInRow >= this.#options.errorsUntilDown;
    if (!goesDown && !(this.isDown && isTry)) return;
    this.#failedTries += 1;
    const { clock, backoff } = this.#options;
    this.#dueAt = clock() + backoffMs(this.#failedTries, backoff);
  }
}

/** One request to an endpoint, as the endpoint sees it. */
interface EndpointUse {
  /** The answer began. That alone shows nothing: it may break off. */
  began(): void;
  /** The answer came to its end. */
  answered(): void;
  /** The endpoint could not be reached, did not answer in time, or broke off. */
  failed(): void;
  /** The request is over, with any outcome. */
  end(): void;
}
