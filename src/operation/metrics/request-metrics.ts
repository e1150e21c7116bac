import { DurationTally } from './duration-tally.ts';
import type { MetricSource, Sample, TimingSource } from './metric-source.ts';

const REFUSALS = ['overload', 'in_flight', 'body_memory', 'rate_limit', 'timeout'] as const;
const CUT_OFFS = [
  'max_connections',
  'slow_request',
  'slow_reader',
  'stalled_body',
  'stalled_transfer',
  'refusals_waiting',
] as const;

/** Reasons why a request was refused or given up. */
export type Refusal = (typeof REFUSALS)[number];

/** Reasons why the server closed or refused a connection. */
export type CutOff = (typeof CUT_OFFS)[number];

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** The answers to one method of one route: how many of each class of status, and how long they took. */
export class RouteMetrics {
  readonly method: string;
  readonly route: string;
  readonly #classes: (DurationTally | undefined)[] = CLASSES.map(() => undefined);

  constructor(method: string, route: string) {
    this.method = method;
    this.route = route;
  }

  record(status: number, ms: number): void {
    const index = Math.floor(status / 100) - 1;
    (this.#classes[index] ??= new DurationTally()).add(ms);
  }

  *classes(): Generator<{ status: string; tally: DurationTally }> {
    for (const [index, status] of CLASSES.entries()) {
      const tally = this.#classes[index];
      if (tally !== undefined) yield { status, tally };
    }
  }
}

/** Present state of requests and connections. */
interface DoorState {
  inFlight(): number;
  transfers(): number;
  /** Bytes of bodies that are held. */
  bodies(): number;
  connections(): Promise<number>;
  overloaded(): boolean;
}

/** Counts of requests and connections. Routes are labelled by their patterns, never by the paths of requests. */
export class RequestMetrics {
  #aborted = 0;
  #state: DoorState | undefined;
  readonly #routes = new Map<string, RouteMetrics>();
  // All reasons exist from the start: an absent metric cannot trigger an alert.
  readonly #refused = new Map<Refusal, number>(REFUSALS.map((reason) => [reason, 0]));
  readonly #cutOff = new Map<CutOff, number>(CUT_OFFS.map((reason) => [reason, 0]));

  /** The same for the same method and pattern. */
  route(method: string, route: string): RouteMetrics {
    const key = `${method} ${route}`;
    const known = this.#routes.get(key);
    if (known !== undefined) return known;
    const metrics = new RouteMetrics(method, route);
    this.#routes.set(key, metrics);
    return metrics;
  }

  watch(state: DoorState): void {
    this.#state = state;
  }

  /** Bytes of bodies that are held. */
  bodyBytes(): number {
    return this.#state?.bodies() ?? 0;
  }

  refused(reason: Refusal): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  cutOff(reason: CutOff): void {
    this.#cutOff.set(reason, (this.#cutOff.get(reason) ?? 0) + 1);
  }

  /** Requests that were answered, over all routes. */
  get answered(): number {
    let count = 0;
    for (const route of this.#routes.values()) for (const { tally } of route.classes()) count += tally.counts().count;
    return count;
  }

  /** The client went away before it had its answer. */
  aborted(): void {
    this.#aborted++;
  }

  sources(): readonly (MetricSource | TimingSource)[] {
    return [
      {
        name: 'tams_http_request_duration_seconds',
        help: 'Requests that were answered, from their headers to the last byte given to the network.',
        type: 'histogram',
        read: () =>
          [...this.#routes.values()].flatMap((route) =>
            [...route.classes()].map(({ status, tally }) => ({
              labels: { method: route.method, route: route.route, status },
              durations: tally.counts(),
            })),
          ),
      },
      {
        name: 'tams_http_requests_aborted_total',
        help: 'Requests whose client went away before it had the answer.',
        type: 'counter',
        read: () => [{ value: this.#aborted }],
      },
      {
        name: 'tams_http_requests_refused_total',
        help: 'Requests that were refused to protect the others, or given up.',
        type: 'counter',
        read: () => byReason(this.#refused),
      },
      {
        name: 'tams_http_connections_cut_off_total',
        help: 'Connections that were refused or closed to protect the others.',
        type: 'counter',
        read: () => byReason(this.#cutOff),
      },
      this.#gauge('tams_http_requests_in_flight', 'Requests under way, transfers of media excepted.', (state) =>
        state.inFlight(),
      ),
      this.#gauge('tams_http_transfers', 'Uploads and downloads of media under way.', (state) => state.transfers()),
      this.#gauge('tams_http_body_bytes', 'Memory for large bodies, of requests and of answers.', (state) =>
        state.bodies(),
      ),
      this.#gauge('tams_http_connections', 'Open connections of clients.', (state) => state.connections()),
      this.#gauge(
        'tams_http_overloaded',
        'Whether requests are refused because the event loop is late.',
        (state) => Number(state.overloaded()),
        'max',
      ),
    ];
  }

  #gauge(
    name: string,
    help: string,
    read: (state: DoorState) => number | Promise<number>,
    across?: MetricSource['across'],
  ): MetricSource {
    const readState = async (): Promise<Sample[]> =>
      this.#state === undefined ? [] : [{ value: await read(this.#state) }];
    return { name, help, type: 'gauge', read: readState, ...(across && { across }) };
  }
}

function byReason(counts: ReadonlyMap<string, number>): { value: number; labels: { reason: string } }[] {
  return [...counts].map(([reason, value]) => ({ value, labels: { reason } }));
}
