import cluster from 'node:cluster';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { Primary } from '../../../src/processes/primary.ts';
import { WorkerLink } from '../../../src/processes/worker-link.ts';

// A primary whose processes serve nothing. While the file of the first argument is there, they end as soon as they start. Where it says
// `hang` they never begin to serve, and where it says `wait` not before it is gone. At SIGUSR2 the primary makes processes of the program
// that it names after `node at`, or of Node.js again. A replacement has the milliseconds of the second argument to start. The second
// process never begins to serve where there is a third argument.
const [, , failing = '', startMs, holding] = process.argv;

const told = (): string => (existsSync(failing) ? readFileSync(failing, 'utf8') : '');

if (cluster.isPrimary) {
  const { execPath } = process;
  process.on('SIGUSR2', () => (process.execPath = told().startsWith('node at ') ? told().slice(8) : execPath));
  const again = { baseMs: 10, maxMs: 10, jitter: 0 };
  await new Primary(2, { stopDelayMs: 0, watchMs: 100, startMs: Number(startMs), again, logger: pino() }).start();
} else {
  const how = told();
  if (existsSync(failing) && how === '') process.exit(7);
  const link = new WorkerLink(2);
  link.onRetire(() => process.exit(0));
  process.stdout.write(`process ${link.number} is ${process.pid}\n`);
  while (how === 'wait' && existsSync(failing)) await pause(10);
  const server = createServer((socket) => socket.end(String(process.pid)));
  server.listen({ host: '127.0.0.1', port: 0 }, () => {
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    if (how === 'hang') return;
    if (link.number === 2 && holding !== undefined) process.stdout.write('held\n');
    else link.ready(`at ${port}`, { pid: process.pid });
  });
  // The second one ends at once, the first one has work to finish.
  process.on('SIGTERM', () => setTimeout(() => process.exit(0), link.number === 2 ? 0 : 200));
}
