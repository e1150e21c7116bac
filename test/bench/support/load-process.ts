import type { Latency, Load, LoadAnswer, LoadRequest, LoadResult } from './load-protocol.ts';
import { RawConnection } from './raw-connection.ts';
import { quantile } from './statistics.ts';

/* The process that makes load: it does what its parent sends, one load at a time, and answers with the result. */

function encode({ method, path, body, headers = {} }: LoadRequest, host: string): Buffer {
  const fields = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${fields.join('')}`;
  if (body === undefined) return Buffer.from(`${head}\r\n`);
  return Buffer.from(
    `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The pace and the end of a load, and what became of its requests. */
class LoadRun {
  readonly #requests: readonly Buffer[];
  readonly #load: Load;
  /** By status. */
  readonly #latencies = new Map<number, number[]>();
  #begun = 0;
  #startedAt = 0;

  constructor(load: Load, requests: readonly Buffer[]) {
    this.#load = load;
    this.#requests = requests;
  }

  async run(): Promise<LoadResult> {
    const url = new URL(this.#load.baseUrl);
    const failing = Promise.withResolvers<never>();
    const clients = await Promise.all(
      Array.from({ length: this.#load.connections }, () => this.#openClient(url, failing.reject)),
    );
    const cpuBefore = process.cpuUsage();
    this.#startedAt = performance.now();
    try {
      await Promise.race([Promise.all(clients.map(({ work }) => work())), failing.promise]);
    } finally {
      for (const { connection } of clients) connection.close();
    }
    return this.#result((performance.now() - this.#startedAt) / 1000, process.cpuUsage(cpuBefore));
  }

  async #openClient(url: URL, onFailure: (error: Error) => void) {
    let dueAt = 0;
    let finish: () => void = () => undefined;
    const connection = await RawConnection.open(
      url,
      (status) => {
        this.#record(status, performance.now() - dueAt);
        next();
      },
      onFailure,
    );
    const next = (): void => {
      const due = this.#nextDue();
      if (due === undefined) {
        finish();
        return;
      }
      dueAt = due;
      const request = this.#requests[this.#begun++ % this.#requests.length];
      if (request === undefined) throw new Error('a load needs requests');
      const waitMs = due - performance.now();
      if (waitMs <= 0) connection.send(request);
      else setTimeout(() => connection.send(request), waitMs);
    };
    const work = (): Promise<void> =>
      new Promise((resolve) => {
        finish = resolve;
        next();
      });
    return { connection, work };
  }

  #record(status: number, ms: number): void {
    const latencies = this.#latencies.get(status);
    if (latencies === undefined) this.#latencies.set(status, [ms]);
    else latencies.push(ms);
  }

  /** When the next request is due, or undefined when the load has ended. */
  #nextDue(): number | undefined {
    const { until, ratePerSecond } = this.#load;
    const due =
      ratePerSecond === undefined ? performance.now() : this.#startedAt + (this.#begun / ratePerSecond) * 1000;
    const ended = 'ms' in until ? due - this.#startedAt >= until.ms : this.#begun >= until.requests;
    return ended ? undefined : due;
  }

  #result(seconds: number, cpu: NodeJS.CpuUsage): LoadResult {
    const byStatus = [...this.#latencies];
    const all = byStatus.flatMap(([, latencies]) => latencies);
    return {
      requests: all.length,
      seconds,
      requestsPerSecond: all.length / seconds,
      statuses: Object.fromEntries(byStatus.map(([status, { length }]) => [status, length])),
      latencyMs: latencyOf(all),
      latencyByStatus: Object.fromEntries(byStatus.map(([status, latencies]) => [status, latencyOf(latencies)])),
      generatorBusy: (cpu.user + cpu.system) / 1e6 / seconds,
    };
  }
}

function latencyOf(latencies: readonly number[]): Latency {
  const sorted = Float64Array.from(latencies).sort();
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: sorted.at(-1) ?? NaN };
}

function answer(message: LoadAnswer): void {
  process.send?.(message);
}

process.on('message', (load: Load) => {
  const { host } = new URL(load.baseUrl);
  const requests = load.requests.map((request) => encode(request, host));
  new LoadRun(load, requests).run().then(
    (result) => answer({ result }),
    (error: unknown) => answer({ failure: String(error) }),
  );
});

// Whoever asks is gone: there is nothing left to do.
process.once('disconnect', () => process.exit());
