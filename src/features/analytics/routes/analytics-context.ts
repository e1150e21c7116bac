import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AnalyticsFilter, NumbersQuery, SeriesQuery } from '../analytics.ts';
import type { FormatUrn } from '../../../tams/documents/format.ts';
import type { Asker } from '../../../tams/access/by-classes.ts';
import type { FlowReader } from '../../../tams/flows/flow-repository.ts';
import type { AnalyticsStore } from '../store/analytics-store.ts';
import type { ServerPerformance } from '../server-performance.ts';
import { AppError } from '../../../shared/errors.ts';
import { LIMITS } from '../schemas/analytics-parameters.ts';
import { sendHead, sendJson } from '../../../http/send-json.ts';
import { readTimerange } from '../../../tams/timerange-query.ts';

/** The analytics as a principal may use them. */
export interface Analytics {
  readonly compute: AnalyticsStore;
  readonly flows: Pick<FlowReader, 'segmentsVersion'>;
}

export interface AnalyticsContext {
  readonly of: (asker: Asker) => Analytics;
  readonly performance: ServerPerformance;
}

/** Aborted when the client is gone, or has its answer. */
export function goneSignal(reply: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController();
  if (reply.raw.destroyed) gone.abort();
  reply.raw.once('close', () => {
    gone.abort();
  });
  return gone.signal;
}

/** Throws the errors that refuse a GET. If the client is gone already, nothing is computed. */
export async function checkQuestion(compute: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  try {
    await compute(AbortSignal.abort());
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'deadline_exceeded') throw error;
  }
}

/** Answers with the result of `compute`. A HEAD does not compute it: that would cost as much as the GET. */
export async function sendAnalysis<Result>(
  request: Pick<FastifyRequest, 'method'>,
  reply: FastifyReply,
  compute: (signal: AbortSignal) => Promise<Result>,
  toJson: (result: Result) => object,
): Promise<FastifyReply> {
  if (request.method === 'HEAD') {
    await checkQuestion(compute);
    return sendHead(reply);
  }
  const gone = goneSignal(reply);
  return sendJson(reply, JSON.stringify(toJson(await unlessGone(gone, compute(gone)))));
}

/** An analysis that ends because its client is gone is no failure of the server, and is not logged as one. */
export async function unlessGone<Result>(gone: AbortSignal, answer: Promise<Result>): Promise<Result> {
  try {
    return await answer;
  } catch (cause) {
    if (!gone.aborted) throw cause;
    throw new AppError('invalid_request', 'The client went away before its answer was ready', { cause });
  }
}

interface FilterParameters {
  readonly flow_id?: string;
  readonly source_id?: string;
  readonly format?: string;
  readonly timerange?: string;
}

export const readFilter = ({ flow_id, source_id, format, timerange }: FilterParameters): AnalyticsFilter => ({
  flowId: flow_id,
  sourceId: source_id,
  // The schema lets no other through.
  format: format as FormatUrn | undefined,
  timerange: readTimerange(timerange),
});

interface NumbersParameters extends FilterParameters {
  readonly table?: string;
  readonly column?: string;
}

/** A table and one of its columns, with defaults. */
export function readNumbers(compute: AnalyticsStore, query: NumbersParameters): NumbersQuery {
  const table = query.table ?? 'segments';
  const column = query.column ?? defaultOf(compute, table, 'numbers', 0, 'column');
  return { table, column, filter: readFilter(query) };
}

export const readSeries = (
  compute: AnalyticsStore,
  query: NumbersParameters & { readonly time?: string },
): SeriesQuery => ({ ...readNumbers(compute, query), time: query.time });

/** The default of a parameter. */
export function defaultOf(
  compute: AnalyticsStore,
  table: string,
  of: 'numbers' | 'groups',
  index: number,
  parameter: string,
): string {
  const tables = compute.tables();
  const found = tables.find((each) => each.table === table);
  if (found === undefined) {
    const names = tables.map((each) => each.table).join(', ');
    throw new AppError('invalid_request', `table must be one of ${names}`, { field: 'table' });
  }
  const name = found[of][index];
  if (name === undefined) {
    throw new AppError('invalid_request', `${parameter} has to be given for ${table}`, { field: parameter });
  }
  return name;
}

export function readLimit(of: keyof typeof LIMITS, given: number | undefined): number {
  const { default: byDefault, max } = LIMITS[of];
  return Math.min(given ?? byDefault, max);
}

const UNITS_S: Readonly<Record<string, bigint>> = { s: 1n, m: 60n, h: 3600n, d: 86_400n };
const NS_PER_S = 1_000_000_000n;

/** The nanoseconds of a text such as `10m`; the schema has checked its form. */
export function readDuration(text = '1h'): bigint {
  return BigInt(text.slice(0, -1)) * (UNITS_S[text.slice(-1)] ?? 1n) * NS_PER_S;
}
