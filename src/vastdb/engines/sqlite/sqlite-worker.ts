import { workerData } from 'node:worker_threads';
import { answerCalls } from '../../../shared/worker-calls.ts';
import type { ColumnBatch } from '../../engine.ts';
import { TableError } from '../../table-error.ts';
import { Connection } from './connection.ts';
import { Session } from './session.ts';
import { toTableError } from './sqlite-error.ts';
import { TableScan } from './table-scan.ts';
import type { CheckpointMode, WorkerData, WorkerOperations, WorkerAnswer, WorkerRequest } from './worker-protocol.ts';

/** The thread of a background lane: one session, served by messages, one after the other. */
const options = workerData as WorkerData;
const session = new Session(new Connection(options));
let log: Connection | undefined;
const scans = new Map<number, TableScan>();
let lastScan = 0;

/** A checkpoint cannot run on a connection whose transaction is open, so it has its own. */
function checkpoint(mode: CheckpointMode): void {
  log ??= new Connection({ ...options, purpose: 'write', cacheKib: 256, busyTimeoutMs: 0 });
  log.run(`PRAGMA wal_checkpoint(${mode})`);
}

function nextBatch(id: number): ColumnBatch | undefined {
  const scan = scans.get(id);
  if (scan === undefined) throw new TableError('unavailable', 'The scan has ended. Begin it again.');
  try {
    const batch = scan.next();
    if (batch === undefined) closeScan(id);
    return batch;
  } catch (error) {
    closeScan(id);
    throw error;
  }
}

function closeScan(id: number): void {
  scans.get(id)?.close();
  scans.delete(id);
}

function close(): void {
  for (const scan of scans.values()) scan.close();
  log?.close();
  session.close();
}

const operations: WorkerOperations = {
  select: (request) => session.select(request),
  seek: (request) => session.seek(request),
  count: (table, where) => session.count(table, where),
  insert: (table, columns, rows) => session.insert(table, columns, rows),
  update: (table, rowIds, columns, rows) => session.update(table, rowIds, columns, rows),
  delete: (table, rowIds) => session.delete(table, rowIds),
  tryBegin: () => session.tryBegin(),
  commit: () => session.commit(),
  rollback: () => session.rollback(),
  bytes: (table) => session.bytes(table),
  forgetSchema: () => session.forgetSchema(),
  openScan: (request) => {
    scans.set(++lastScan, new TableScan(options, request));
    return lastScan;
  },
  nextBatch,
  closeScan,
  checkpoint,
  close,
};

answerCalls(({ method, args }: WorkerRequest): WorkerAnswer => {
  try {
    const operation = operations[method] as (...args: readonly unknown[]) => unknown;
    return { value: operation(...args) };
  } catch (error) {
    const { kind, message } = toTableError(error, options.file);
    return { error: { kind, message } };
  }
});
