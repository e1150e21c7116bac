import { dataOf, server } from '../../api/client.ts';

/** The parts of `GET /health` that the page shows; its form may change, so each may be missing. */
export interface Health {
  readonly status: string;
  /** `ok`, or what fails: the reason where the principal may know it. */
  readonly checks: Readonly<Record<string, string>>;
  readonly version?: string;
  readonly node?: string;
  readonly uptime_s?: number;
  readonly memory_bytes?: { readonly resident: number };
  readonly tables?: { readonly operations: number; readonly failures: number };
  readonly endpoints?: readonly { readonly url: string; readonly state: string }[];
  readonly media?: readonly { readonly id: string; readonly label?: string; readonly circuit?: string }[];
  readonly workers?: readonly {
    readonly name: string;
    readonly running: boolean;
    readonly last_success?: string;
    readonly failures_in_row: number;
    readonly last_failure?: string;
  }[];
  readonly backlog?: Readonly<Record<string, unknown>>;
  /** The number of the process that this is of. */
  readonly process?: number;
  /** Of a server of several processes: each has the rest. */
  readonly processes?: readonly Health[];
}

/** All that the server tells of itself. @throws ApiError | LostServerError */
export const loadHealth = async (): Promise<Health> => (await dataOf(server.GET('/health'))) as unknown as Health;

/** The health that everybody sees: which checks fail, and no reasons. A failing server answers 503 with the same body. */
export async function loadReadiness(): Promise<Health> {
  const { data, error } = await server.GET('/readyz', { fetch: (request: Request) => fetch(request) });
  return (data ?? error) as Health;
}

/** Numbers of things that wait, by what they are; those of counters, which only grow, are no queue. */
export function queuesOf(backlog: Health['backlog'] = {}): [string, number][] {
  return Object.entries(backlog).flatMap(([name, value]): [string, number][] => {
    if (name.endsWith('_total')) return [];
    const words = name.replaceAll('_', ' ');
    if (typeof value === 'number') return [[words, value]];
    const parts = Object.entries(value as Record<string, unknown>);
    return parts.flatMap(([part, count]) => (typeof count === 'number' ? [[`${words}: ${part}`, count]] : []));
  });
}
