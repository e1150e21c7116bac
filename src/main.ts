import { keepCompiled } from './shared/compile-cache.ts';

keepCompiled();
// Static imports are compiled before anything runs.
await import('./server.ts');
