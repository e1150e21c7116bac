import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { TableError } from '../table-error.ts';
import { AnalysisError } from './analysis-error.ts';
import type { ChildRequest, ChildResponse } from './child-protocol.ts';
import { Compute } from './compute.ts';
import { type OpenedTables, openOwnTables } from './open-tables.ts';
import { Workspace } from './workspace.ts';
import { correlation, distribution, percentiles, summary, top } from './aggregates.ts';
import type { AnalysisResults } from './analysis-results.ts';
import type { Analysis } from './analysis.ts';
import { groupTotals, rate, sizes } from './groups.ts';
import { intervals } from './intervals.ts';
import { parquet } from './parquet.ts';
import { anomalies, movingAverage, trend } from './series.ts';

/**
 * The process of the analytics: it reads the tables and computes by itself, several requests in turn. Tables stay open
 * until it is told to close.
 */
type Opening = Extract<ChildRequest, { do: 'open' }>;

/** Unanswered requests, by number. */
interface Running {
  readonly abort: AbortController;
  /** The remaining pieces of a stream. */
  readonly pieces?: AsyncGenerator<Uint8Array>;
}

const running = new Map<number, Running>();
const opening = Promise.withResolvers<Opening>();
let tables: Promise<OpenedTables> | undefined;
let compute: Promise<Compute> | undefined;

const send = (response: ChildResponse): void => {
  if (process.connected) process.send?.(response);
};

// Where memory is short, Linux ends this process and not the server. Other systems have no such file.
await writeFile('/proc/self/oom_score_adj', '1000').catch(() => undefined);

process.on('message', (request: ChildRequest) => {
  if (request.do === 'open') opening.resolve(request);
  else void serve(request);
});
// A stop sends these signals to all processes of the server; the server itself ends this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => {
  void opening.promise.then(({ folder }) => {
    rmSync(folder, { recursive: true, force: true });
    // The server was killed. Statements may still run, which an orderly exit would wait for.
    process.kill(process.pid, 'SIGKILL');
  });
});

async function serve(request: Exclude<ChildRequest, Opening>): Promise<void> {
  const { id } = request;
  if (request.do === 'cancel') {
    const given = running.get(id);
    given?.abort.abort();
    // Nobody asks for its next piece any more.
    if (given?.pieces !== undefined) running.delete(id);
    await given?.pieces?.return(undefined).catch(() => undefined);
    return;
  }
  try {
    switch (request.do) {
      case 'run':
        send({ id, value: await run(request) });
        break;
      case 'stream':
        await begin(request);
        break;
      case 'next':
        await sendPiece(id);
        break;
      case 'close':
        await close();
        send({ id, value: undefined });
    }
  } catch (error) {
    const cancelled = running.get(id)?.abort.signal.aborted === true;
    running.delete(id);
    send({ id, error: describe(cancelled ? new AnalysisError('cancelled', 'It was cancelled.') : error) });
  }
}

async function run({ id, analysis }: Extract<ChildRequest, { do: 'run' }>): Promise<unknown> {
  const abort = new AbortController();
  running.set(id, { abort });
  const { scan } = await openTables();
  const workspace = await Workspace.open(await openCompute(), scan, abort.signal);
  try {
    const value = await runAnalysis(workspace, analysis);
    running.delete(id);
    return value;
  } finally {
    workspace.close();
  }
}

/** The first piece is sent at once. */
async function begin({ id, rows }: Extract<ChildRequest, { do: 'stream' }>): Promise<void> {
  const abort = new AbortController();
  running.set(id, { abort });
  const { scan } = await openTables();
  // Loaded where it is used: a good part of the time that the process takes to start.
  const { arrowStream } = await import('./arrow-stream.ts');
  abort.signal.throwIfAborted();
  running.set(id, { abort, pieces: arrowStream(scan, rows, abort.signal) });
  await sendPiece(id);
}

async function sendPiece(id: number): Promise<void> {
  const found = await running.get(id)?.pieces?.next();
  if (found === undefined || found.done === true) {
    running.delete(id);
    send({ id, value: undefined });
    return;
  }
  send({ id, piece: found.value });
}

async function openTables(): Promise<OpenedTables> {
  const { tables: address } = await opening.promise;
  tables ??= openOwnTables(address).catch((error: unknown) => {
    tables = undefined;
    throw error;
  });
  return tables;
}

async function openCompute(): Promise<Compute> {
  const { limits, folder } = await opening.promise;
  compute ??= Compute.open(limits, folder).catch((error: unknown) => {
    compute = undefined;
    throw error;
  });
  return compute;
}

async function close(): Promise<void> {
  const opened = await Promise.allSettled([compute, tables]);
  for (const each of opened) if (each.status === 'fulfilled') await each.value?.close();
}

function describe(error: unknown): Extract<ChildResponse, { error: unknown }>['error'] {
  if (error instanceof TableError) return { of: 'table', kind: error.kind, message: error.message };
  if (error instanceof AnalysisError) return { of: 'analysis', kind: error.kind, message: error.message };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { of: 'defect', kind: undefined, message };
}

/** Answers one request in a workspace of its own. */
function runAnalysis(workspace: Workspace, analysis: Analysis): Promise<AnalysisResults[keyof AnalysisResults]> {
  switch (analysis.kind) {
    case 'movingAverage':
      return movingAverage(workspace, analysis.series, analysis.window, analysis.maxPoints);
    case 'anomalies':
      return anomalies(workspace, analysis.series, analysis.threshold, analysis.limit);
    case 'trend':
      return trend(workspace, analysis.series);
    case 'summary':
      return summary(workspace, analysis.values);
    case 'percentiles':
      return percentiles(workspace, analysis.values, analysis.fractions);
    case 'correlation':
      return correlation(workspace, analysis.values, analysis.other);
    case 'distribution':
      return distribution(workspace, analysis.values, analysis.bins);
    case 'sizes':
      return sizes(workspace, analysis.sizes, analysis.bounds);
    case 'top':
      return top(workspace, analysis.values, analysis.group, analysis.by, analysis.limit);
    case 'rate':
      return rate(workspace, analysis.series, analysis.bucket, analysis.group, analysis.limit);
    case 'intervals':
      return intervals(workspace, analysis.intervals, analysis.limit);
    case 'groupTotals':
      return groupTotals(workspace, analysis.totals);
    case 'parquet':
      return parquet(workspace, analysis.rows);
  }
}
