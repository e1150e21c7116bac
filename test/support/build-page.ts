import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const PROJECT = new URL('../..', import.meta.url);

/** Builds the web page before all tests where `npm ci` has not; after a change of it, `npm run web` does. */
export default async function buildPage(): Promise<void> {
  if (existsSync(new URL('web/dist/index.html', PROJECT))) return;
  await promisify(execFile)('npm', ['run', 'web'], { cwd: PROJECT });
}
