import { flushCompileCache } from 'node:module';
import './shared/compile-cache.js';

// Static imports are compiled before anything runs.
await import('./server.ts');
// It listens. The cache leaves the memory, and also a server that is killed will have filled it.
flushCompileCache();
