import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const run = promisify(execFile);
const file = new URL('../../../src/shared/env-file.js', import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>;
};

it('.env sets what is not set, and is not missed where there is none', async () => {
  for (const name of ['start', 'mgmt']) {
    expect(scripts[name]).toContain('--import ./src/shared/env-file.js');
    expect(scripts[name]).not.toContain('--env-file');
  }
  const folder = await mkdtemp(join(tmpdir(), 'tams-env-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const print = 'process.stdout.write(`${process.env.ONE} ${process.env.TWO}`)';
  const start = () =>
    run(process.execPath, ['--import', file.href, '--eval', print], { cwd: folder, env: { TWO: 'given' } });
  expect(await start()).toEqual({ stdout: 'undefined given', stderr: '' });
  await writeFile(join(folder, '.env'), 'ONE=first\nTWO=second\n');
  expect(await start()).toEqual({ stdout: 'first given', stderr: '' });
});
