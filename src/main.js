import './shared/compile-cache.js';

// Static imports are compiled before anything runs.
await import('./server.ts');
