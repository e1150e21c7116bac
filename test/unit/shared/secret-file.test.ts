import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readOrMakeSecret } from '../../../src/shared/secret-file.ts';

async function secretPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tams-secret-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'secret.key');
}

it('makes a secret once, also where two ask at the same time', async () => {
  const path = await secretPath();
  const [one, other] = await Promise.all([readOrMakeSecret(path), readOrMakeSecret(path)]);
  expect(one).toMatch(/^[\w-]{43}$/);
  expect(other).toBe(one);
  expect(await readFile(path, 'utf8')).toBe(one);
});

it('refuses an empty file: anybody could sign with its key', async () => {
  const path = await secretPath();
  await writeFile(path, '\n');
  await expect(readOrMakeSecret(path)).rejects.toThrow(`${path} is empty`);
});
