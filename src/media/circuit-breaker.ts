/** Thrown instead of trying an operation while the circuit is open. */
export class CircuitOpenError extends Error {
  /** Milliseconds until an operation may be tried again. */
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`The circuit is open for another ${retryAfterMs} ms.`);
    this.name = 'CircuitOpenError';
    this.retryAfterMs = retryAfterMs;
  }
}

export type CircuitState = 'closed' | 'open' | 'half-open';

interface CircuitBreakerOptions {
  /** Faults in a row that open the circuit. */
  readonly failures: number;
  /** How long it stays open before one operation may try. */
  readonly resetMs: number;
  /** Whether an error is a fault of what is behind the circuit, and not of the request. */
  readonly isFault: (error: unknown) => boolean;
  /** Milliseconds, rising. */
  readonly clock?: () => number;
}

/**
 * Keeps callers from waiting for a service that is down. After some faults in a row it is open: operations fail at
 * once. After a while it is half-open: one operation is let through, and decides whether it closes or opens again.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #clock: () => number;
  #faults = 0;
  #openedAt: number | undefined;
  #probing = false;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  get state(): CircuitState {
    if (this.#openedAt === undefined) return 'closed';
    return this.#msUntilProbe(this.#openedAt) > 0 ? 'open' : 'half-open';
  }

  /** Runs the operation and learns from its outcome. Throws CircuitOpenError while the circuit is open. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    const isProbe = this.#openedAt !== undefined;
    if (this.#openedAt !== undefined) {
      const waitMs = this.#msUntilProbe(this.#openedAt);
      if (waitMs > 0 || this.#probing) throw new CircuitOpenError(Math.ceil(Math.max(waitMs, 0)));
      this.#probing = true;
    }
    try {
      const result = await operation();
      this.#close(isProbe);
      return result;
    } catch (error) {
      if (this.#options.isFault(error)) this.#fault(isProbe);
      else this.#close(isProbe);
      throw error;
    } finally {
      if (isProbe) this.#probing = false;
    }
  }

  /** An operation that began before the circuit opened says nothing of how things are now, so it cannot close it. */
  #close(isProbe: boolean): void {
    if (this.#openedAt !== undefined && !isProbe) return;
    this.#faults = 0;
    this.#openedAt = undefined;
  }

  #fault(isProbe: boolean): void {
    this.#faults++;
    const opens = this.#openedAt === undefined && this.#faults >= this.#options.failures;
    if (opens || isProbe) this.#openedAt = this.#clock();
  }

  #msUntilProbe(openedAt: number): number {
    return openedAt + this.#options.resetMs - this.#clock();
  }
}
