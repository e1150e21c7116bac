import { readFileSync } from 'node:fs';
import type { TableEngine } from '../src/vastdb/engine.ts';
import type { VastEngine } from '../src/vastdb/engines/vast/vast-engine.ts';

/** The version of this server, as its package names it. */
export const SERVER_VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;

/** Asks the engine of a cluster directly. */
export const isVastEngine = (engine: TableEngine): engine is VastEngine => engine.name === 'vast';

/** The version of the library in Node.js: no database is needed. */
export const sqliteVersion = (): string => process.versions['sqlite'] ?? 'unknown';

/** The version of the database: that which a server names, or that of the embedded library. */
export async function engineVersion(engine: TableEngine): Promise<string> {
  return (await engine.version?.()) ?? sqliteVersion();
}
