import { readFileSync } from 'node:fs';

/** The version of this server, as its package names it. */
export const SERVER_VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;
