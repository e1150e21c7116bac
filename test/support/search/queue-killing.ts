import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { QueueStats } from '../../../src/features/search/rules/job.ts';
import { JobQueue } from '../../../src/features/search/repositories/job-queue.ts';
import { DEAD_LETTERS } from '../../../src/features/search/search-job-tables.ts';
import { searchTables } from '../../../src/features/search/search-tables.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';

const WORKER = fileURLToPath(new URL('./queue-worker.ts', import.meta.url));
const LEASE_MS = 1_500;
const PATIENCE_MS = 600_000;

export interface KillingReport {
  readonly stats: QueueStats;
  readonly deadLetters: number;
  readonly kills: number;
  /** Jobs that were begun again, because their worker was killed. */
  readonly repeated: number;
  /** Jobs that were taken while another held them: less than a lease after they were taken before. */
  readonly heldTwice: number;
}

/** Lets processes work on jobs, kills one that works now and then, and starts another, until all is done. */
export async function workUnderKills(jobs: number, workers: number, killEveryMs: number): Promise<KillingReport> {
  const directory = await mkdtemp(join(tmpdir(), 'search-queue-'));
  const ledger = join(directory, 'ledger');
  await writeFile(ledger, '');
  const engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: 8 });
  const manager = await VastDBManager.open(engine, searchTables(8));
  const queue = new JobQueue(manager, pino({ level: 'silent' }));
  const start = (): ChildProcess =>
    spawn(process.execPath, [WORKER, directory, ledger, String(LEASE_MS)], { stdio: 'ignore' });
  const running: ChildProcess[] = [];
  let kills = 0;
  try {
    const keys = Array.from({ length: jobs }, (_, index) => `job-${index}`);
    await Promise.all(keys.map((idempotencyKey) => queue.enqueue({ idempotencyKey, assetId: 'asset' })));
    for (let index = 0; index < workers; index += 1) running.push(start());
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let stats = await queue.stats(); stats.completed + stats.dead < jobs; stats = await queue.stats()) {
      if (performance.now() > giveUpAt) throw new Error(`jobs are left over: ${JSON.stringify(stats)}`);
      await pause(killEveryMs * (0.5 + Math.random()));
      // One that works: on a busy machine a process may be killed before it has begun anything.
      const working = workingProcesses(await readFile(ledger, 'utf8'));
      const victims = running.filter(({ pid = 0 }) => working.has(pid));
      const victim = victims[Math.floor(Math.random() * victims.length)];
      if (victim === undefined) continue;
      victim.kill('SIGKILL');
      running[running.indexOf(victim)] = start();
      kills += 1;
    }
    const deadLetters = await manager.count(DEAD_LETTERS.name);
    return { stats: await queue.stats(), deadLetters, kills, ...readLedger(await readFile(ledger, 'utf8')) };
  } finally {
    for (const child of running) child.kill('SIGKILL');
    await manager.close();
    await rm(directory, { recursive: true });
  }
}

/** The processes that have begun a job and not ended it. */
function workingProcesses(text: string): Set<number> {
  const working = new Map<string, number>();
  for (const line of text.trimEnd().split('\n')) {
    const [event, job = '', token = '', , pid] = line.split(' ');
    if (event === 'begin') working.set(`${job} ${token}`, Number(pid));
    else working.delete(`${job} ${token}`);
  }
  return new Set(working.values());
}

function readLedger(text: string): Pick<KillingReport, 'repeated' | 'heldTwice'> {
  const begins = new Map<string, number[]>();
  for (const line of text.split('\n')) {
    const [event, job = '', , time = ''] = line.split(' ');
    if (event !== 'begin') continue;
    begins.set(job, [...(begins.get(job) ?? []), Number(time)]);
  }
  let repeated = 0;
  let heldTwice = 0;
  for (const times of begins.values()) {
    times.sort((a, b) => a - b);
    if (times.length > 1) repeated += 1;
    // Those are the ends of their leases, which are as long as each other.
    const early = times.some((time, index) => index > 0 && time - (times[index - 1] ?? 0) < LEASE_MS);
    if (early) heldTwice += 1;
  }
  return { repeated, heldTwice };
}
