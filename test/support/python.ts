import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';

const run = promisify(execFile);
const INSTALL_MS = 300_000;

/** The vendor's SDK, as it is pinned for the tests. */
export const VAST_SDK = 'vastdb==2.1.0';

/** The interpreter of an environment with these packages, which is removed after the tests; or why there is none. */
export async function pythonWith(...packages: readonly string[]): Promise<string | { readonly missing: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tams-python-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const python = join(folder, 'bin', 'python');
  try {
    await run('python3', ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
    await run(python, pip, { timeout: INSTALL_MS });
    return python;
  } catch (error) {
    const missing = error instanceof Error ? error.message.split('\n').slice(0, 2).join(': ') : String(error);
    console.warn(`Tests with ${packages[0]} are skipped: Python 3 cannot install it: ${missing}`);
    return { missing };
  }
}
