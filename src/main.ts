import { keepCompiled } from './shared/compile-cache.ts';

keepCompiled();
// What is imported in the ordinary way is compiled before anything runs.
await import('./server.ts');
