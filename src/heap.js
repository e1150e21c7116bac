import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * V8's old generation grows by half before it is collected. By default it may grow to four times its size, and buffers that
 * are garbage wait for the collection as well: some 50 MB under load.
 *
 * The flag is not in the command: V8 accepts compiled code only under the flags that it was compiled with. Node.js has that
 * of its own modules, and would compile each of them anew. So those that a start needs are loaded before the flag is set,
 * and the compile cache of this server is read after it. These names bring the others.
 */
const FIRST = [
  'cluster',
  'crypto',
  'dns/promises',
  'http2',
  'https',
  'perf_hooks',
  'readline',
  'sqlite',
  'worker_threads',
  'zlib',
];
for (const name of FIRST) process.getBuiltinModule(`node:${name}`);
setFlagsFromString('--heap-growing-percent=50');

/**
 * Collects the garbage of the start, in some 10 ms. The start makes V8's young generation grow to its full size, and only a
 * collection of all the heap lets V8 shrink it again, which it does once the server has been idle for 8 s. A server that nobody
 * asks would not collect by itself. V8's compiled code stays: the first requests need it.
 */
export function collectGarbage() {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  // Compiled code is kept under the flags that are set, so they are again those of the start.
  setFlagsFromString('--no-expose-gc');
  gc({ type: 'major' });
}
