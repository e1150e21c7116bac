import { collectGarbage } from './heap.js';
import { flushCompileCache } from 'node:module';
import './shared/compile-cache.js';
import { env } from 'node:process';

// Static imports are compiled before anything runs.
if (['', '1'].includes(env['WORKERS'] ?? '')) {
  const { serve } = await import('./server.ts');
  await serve();
} else {
  const { startProcesses } = await import('./processes/start.ts');
  await startProcesses();
}
// It listens. The cache leaves the memory, and also a server that is killed will have filled it.
flushCompileCache();
collectGarbage();
