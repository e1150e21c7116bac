import { lte, ne } from '../vastdb/predicate/builder.ts';
import type { TableReads } from './table-access.ts';
import { DELETION_REQUESTS } from './deletion/deletion-tables.ts';
import { RECLAIM_QUEUE } from './objects/object-tables.ts';
import type { MetricSource } from '../operation/metrics/metric-source.ts';

/** Counting stops here: beyond it the exact number does not matter. */
const BACKLOG_COUNT_MAX = 1_000;

interface Backlog {
  /** Deletion requests that are not done, by status; BACKLOG_COUNT_MAX at most. */
  readonly deletionRequests: ReadonlyMap<string, number>;
  /** Objects that are due; BACKLOG_COUNT_MAX at most. */
  readonly reclaimDue: number;
  /** How long the oldest of them has been due; 0 if there is none. */
  readonly reclaimLagMs: number;
}

/** Reads the backlog, at a bounded cost. */
export class BacklogReader {
  readonly #reader: TableReads;

  /** A reader of the background lane: these reads are never urgent. */
  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  async read(nowMs: number): Promise<Backlog> {
    const [requests, due] = await Promise.all([
      this.#reader.select({
        table: DELETION_REQUESTS,
        columns: ['status'],
        where: ne('status', 'done'),
        limit: BACKLOG_COUNT_MAX,
      }),
      this.#reader.select({
        table: RECLAIM_QUEUE,
        columns: ['due_ms'],
        where: lte('due_ms', BigInt(nowMs)),
        orderBy: [{ column: 'due_ms', direction: 'asc' }],
        limit: BACKLOG_COUNT_MAX,
        timeline: { column: 'due_ms' },
      }),
    ]);
    const deletionRequests = new Map<string, number>();
    for (const [status] of requests.rows) {
      deletionRequests.set(status, (deletionRequests.get(status) ?? 0) + 1);
    }
    const oldest = due.rows[0]?.[0];
    const reclaimLagMs = oldest === undefined ? 0 : nowMs - Number(oldest);
    return { deletionRequests, reclaimDue: due.rows.length, reclaimLagMs };
  }
}

/** How long a reading is reused, however often scrapers and people ask. */
const KEPT_MS = 5_000;
/** Statuses always exist, also at 0: an absent metric cannot trigger an alert. */
const UNFINISHED_STATUSES = ['created', 'started', 'error'];

/** Metrics of deletion and reclaim. */
export function backlogSources(reader: Pick<BacklogReader, 'read'>): MetricSource[] {
  let latest: { at: number; backlog: Promise<Backlog> } | undefined;
  const read = (): Promise<Backlog> => {
    const now = performance.now();
    if (latest === undefined || now - latest.at > KEPT_MS) latest = { at: now, backlog: reader.read(Date.now()) };
    return latest.backlog;
  };
  return [
    {
      name: 'tams_deletion_requests_open',
      help: 'Deletion requests that are not done, by status; 1000 stands for more, too.',
      type: 'gauge',
      across: 'shared',
      read: async () => {
        const { deletionRequests } = await read();
        return UNFINISHED_STATUSES.map((status) => ({ labels: { status }, value: deletionRequests.get(status) ?? 0 }));
      },
    },
    {
      name: 'tams_reclaim_due_objects',
      help: 'Media objects to be looked at because they may be unused; 1000 stands for more, too.',
      type: 'gauge',
      across: 'shared',
      read: async () => [{ value: (await read()).reclaimDue }],
    },
    {
      name: 'tams_reclaim_lag_seconds',
      help: 'For how long the oldest of them has been due.',
      type: 'gauge',
      across: 'shared',
      read: async () => [{ value: (await read()).reclaimLagMs / 1000 }],
    },
  ];
}
