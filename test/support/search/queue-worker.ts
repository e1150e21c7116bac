import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { JobQueue } from '../../../src/features/search/repositories/job-queue.ts';
import { searchTables } from '../../../src/features/search/search-tables.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';

/**
 * A process that works on the jobs in a directory until it is killed. It writes a line when it begins a job and one when
 * it has ended it: `begin|end {job id} {lease token} {end of its lease, in Unix milliseconds} {process id}`.
 */
const [directory = '', ledger = '', leaseMs = ''] = process.argv.slice(2);
const engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: 8 });
const manager = await VastDBManager.open(engine, searchTables(8));
const queue = new JobQueue(manager, pino({ level: 'silent' }), { leaseMs: Number(leaseMs), pollMs: 20 });

queue.consume(
  async (job) => {
    appendFileSync(ledger, `begin ${job.id} ${job.leaseToken} ${job.leaseExpiresMs} ${process.pid}\n`);
    await pause(Math.random() * 40);
    appendFileSync(ledger, `end ${job.id} ${job.leaseToken} ${job.leaseExpiresMs} ${process.pid}\n`);
  },
  { concurrency: 8, timeoutMs: 60_000 },
);
