import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/**
 * `typebox/schema`, which checks values and compiles validators. It is loaded for the first of them: at the start nothing may
 * need its 230 modules.
 */
export const schemaLibrary = (): typeof import('typebox/schema') =>
  // Synchronous: configuration is read, and validators are called, in the middle of synchronous code.
  load('typebox/schema') as typeof import('typebox/schema');
