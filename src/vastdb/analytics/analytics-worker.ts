import { parentPort, workerData } from 'node:worker_threads';
import { TableError } from '../table-error.ts';
import { AnalysisError } from './analysis-error.ts';
import { arrowStream } from './arrow-stream.ts';
import { Compute } from './compute.ts';
import { openThreadTables, type OpenedTables } from './open-tables.ts';
import { runAnalysis } from './run-analysis.ts';
import type { ThreadData, ThreadRequest, ThreadResponse } from './thread-protocol.ts';
import { Workspace } from './workspace.ts';

/**
 * The thread of the analytics: it reads the tables and computes by itself, several requests in turn. What it opened is
 * kept until it is told to close.
 */
const { tables: address, limits } = workerData as ThreadData;

/** What is asked for and not answered yet, by its number. */
interface Running {
  readonly abort: AbortController;
  /** Of a stream. */
  readonly pieces?: AsyncGenerator<Uint8Array>;
}

const running = new Map<number, Running>();
let tables: Promise<OpenedTables> | undefined;
let compute: Promise<Compute> | undefined;

const send = (response: ThreadResponse, transfer: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(response, transfer);

parentPort?.on('message', (request: ThreadRequest) => {
  void serve(request);
});

async function serve(request: ThreadRequest): Promise<void> {
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

async function run({ id, analysis }: Extract<ThreadRequest, { do: 'run' }>): Promise<unknown> {
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
async function begin({ id, rows }: Extract<ThreadRequest, { do: 'stream' }>): Promise<void> {
  const abort = new AbortController();
  running.set(id, { abort });
  const { scan } = await openTables();
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
  send({ id, piece: found.value }, [found.value.buffer as ArrayBuffer]);
}

function openTables(): Promise<OpenedTables> {
  tables ??= openThreadTables(address).catch((error: unknown) => {
    tables = undefined;
    throw error;
  });
  return tables;
}

function openCompute(): Promise<Compute> {
  compute ??= Compute.open(limits).catch((error: unknown) => {
    compute = undefined;
    throw error;
  });
  return compute;
}

async function close(): Promise<void> {
  const opened = await Promise.allSettled([compute, tables]);
  for (const each of opened) if (each.status === 'fulfilled') await each.value?.close();
}

function describe(error: unknown): Extract<ThreadResponse, { error: unknown }>['error'] {
  if (error instanceof TableError) return { of: 'table', kind: error.kind, message: error.message };
  if (error instanceof AnalysisError) return { of: 'analysis', kind: error.kind, message: error.message };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { of: 'defect', kind: undefined, message };
}
