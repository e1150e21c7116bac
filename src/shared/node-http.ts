import type { default as Http } from 'node:http';

/**
 * `node:http`, not imported: an import reads all that the module exports, `WebSocket` among them, for which Node.js loads the
 * client behind `fetch`: 14 MB and 40 ms of each start (docs/adr/0044-memory-and-start.md).
 */
export const http: typeof Http = process.getBuiltinModule('node:http');
