import { ALONE, type Siblings } from './siblings.ts';

/** Something that the server cannot do without. */
export interface Probe {
  readonly name: string;
  /** Rejects with the reason. */
  check(): Promise<void>;
}

/** How the server is. */
export interface ReadinessReport {
  readonly ready: boolean;
  /** Reasons by the names of the probes; undefined if all is well. */
  readonly failures: Readonly<Record<string, string | undefined>>;
}

/** The same for another process, as JSON has it. */
interface ProcessReport {
  readonly ready: boolean;
  readonly failures: readonly (readonly [probe: string, failure: string | null])[];
}

interface ReadinessOptions {
  /** For how long a result counts; 1 s unless set. */
  readonly cacheMs?: number;
  /** How long a probe may take before it counts as failed; 2 s unless set. */
  readonly timeoutMs?: number;
  /** Told when a probe begins to fail, and when it is well again. */
  readonly onChange?: (probe: string, failure: string | undefined) => void;
  /** The processes of the server; only this one unless set. */
  readonly siblings?: Siblings;
}

/**
 * Whether requests should be sent here. Asking is cheap however often it is done, and never takes long:
 * results are kept for a while, and a probe that hangs has failed, and is not begun again before it ends.
 */
export class Readiness {
  readonly #probes: readonly Probe[];
  readonly #options: ReadinessOptions;
  readonly #siblings: Siblings;
  readonly #pending = new Map<string, Promise<void>>();
  readonly #failing = new Map<string, string>();
  #latest: { at: number; report: Promise<ReadinessReport> } | undefined;
  readonly #gather: () => Promise<readonly ProcessReport[]>;
  #gathered: { at: number; reports: Promise<readonly ProcessReport[]> } | undefined;
  #stopping = false;

  constructor(probes: readonly Probe[], options: ReadinessOptions = {}) {
    this.#probes = probes;
    this.#options = options;
    this.#siblings = options.siblings ?? ALONE;
    this.#gather = this.#siblings.gather('readiness', () => this.#report());
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** From now on the server is not ready, whatever the probes say. */
  stop(): void {
    this.#stopping = true;
  }

  /** The whole server: a probe fails where it fails in any of its processes. */
  async check(): Promise<ReadinessReport> {
    if (this.#siblings.count === 1) return this.checkProcess();
    const now = performance.now();
    if (this.#gathered === undefined || this.#stopping || now - this.#gathered.at >= this.#keptMs) {
      this.#gathered = { at: now, reports: this.#gather() };
    }
    const reports = await this.#gathered.reports;
    const failures: Record<string, string | undefined> = {};
    for (const report of reports) {
      for (const [probe, failure] of report.failures) failures[probe] ??= failure ?? undefined;
    }
    return { ready: reports.length > 0 && reports.every(({ ready }) => ready), failures };
  }

  async #report(): Promise<ProcessReport> {
    const { ready, failures } = await this.checkProcess();
    return { ready, failures: Object.entries(failures).map(([probe, failure]) => [probe, failure ?? null]) };
  }

  /** This process alone. */
  async checkProcess(): Promise<ReadinessReport> {
    const now = performance.now();
    if (this.#latest === undefined || now - this.#latest.at >= this.#keptMs) {
      this.#latest = { at: now, report: this.#ask() };
    }
    const { ready, failures } = await this.#latest.report;
    if (!this.#stopping) return { ready, failures };
    return { ready: false, failures: { ...failures, server: 'it is stopping' } };
  }

  get #keptMs(): number {
    return this.#options.cacheMs ?? 1000;
  }

  async #ask(): Promise<ReadinessReport> {
    const entries = await Promise.all(
      this.#probes.map(async (probe) => {
        const failure = await this.#failureOf(probe);
        this.#note(probe.name, failure);
        return [probe.name, failure] as const;
      }),
    );
    return { ready: entries.every(([, failure]) => failure === undefined), failures: Object.fromEntries(entries) };
  }

  async #failureOf(probe: Probe): Promise<string | undefined> {
    const { timeoutMs = 2000 } = this.#options;
    const late = Promise.withResolvers<string>();
    const timer = setTimeout(() => {
      late.resolve(`it did not answer within ${timeoutMs} ms`);
    }, timeoutMs);
    try {
      return await Promise.race([this.#run(probe).then(() => undefined), late.promise]);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #run(probe: Probe): Promise<void> {
    const pending = this.#pending.get(probe.name);
    if (pending !== undefined) return pending;
    const check = probe.check().finally(() => this.#pending.delete(probe.name));
    // Callers that still wait get the result; after the time limit there are none.
    check.catch(() => undefined);
    this.#pending.set(probe.name, check);
    return check;
  }

  #note(name: string, failure: string | undefined): void {
    if ((failure !== undefined) === this.#failing.has(name)) return;
    if (failure === undefined) this.#failing.delete(name);
    else this.#failing.set(name, failure);
    this.#options.onChange?.(name, failure);
  }
}
