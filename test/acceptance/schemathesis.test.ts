import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ServerFolder } from './support/server-folder.ts';

const run = promisify(execFile);

const VERSION = '4.32.5';
/** Kept for the next time; `npm ci` removes it. */
const VENV = fileURLToPath(new URL(`../../node_modules/.cache/schemathesis-${VERSION}`, import.meta.url));
const COMMAND = join(VENV, 'bin', 'schemathesis');
const CONFIG = fileURLToPath(new URL('support/schemathesis.toml', import.meta.url));
/** Thousands of requests, and the installation before them: on a busy machine that takes more than five minutes. */
const TIMEOUT_MS = 900_000;

/** Why it cannot be had; undefined where it is installed. */
async function install(): Promise<string | undefined> {
  if (existsSync(COMMAND)) return undefined;
  try {
    await run('python3', ['-m', 'venv', VENV]);
    await run(join(VENV, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]);
    return undefined;
  } catch (error) {
    // Half of it is none.
    await rm(VENV, { recursive: true, force: true });
    return (error as Error).message;
  }
}

describe('Schemathesis (needs Python 3 with venv, and a package index)', () => {
  it('finds no answer that the document does not have', { timeout: TIMEOUT_MS }, async ({ skip }) => {
    const missing = await install();
    if (missing !== undefined) skip(`Schemathesis cannot be installed: ${missing}`);
    const folder = await ServerFolder.make();
    const { server } = await folder.start({ env: { SOFT_DELETE: 'true' } });
    const args = ['--config-file', CONFIG, 'run', `${server.baseUrl}/openapi.json`, '--url', server.baseUrl];
    // Beside the server's data, since it keeps examples where it runs.
    const { stdout } = await run(COMMAND, args, { cwd: folder.dataDir, maxBuffer: 2 ** 26 }).catch(
      // It ends with 1 when it has found something, and says what.
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toMatch(/\n {2}\d{4,} generated, \d{4,} passed\n/);
    expect(stdout).not.toContain('FAILURES');
  });
});
