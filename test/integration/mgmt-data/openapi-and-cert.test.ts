import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certCommand } from '../../../mgmt/commands/cert.ts';
import { openapiCommand } from '../../../mgmt/commands/openapi.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-mgmt-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['openapi.json', []],
  ['openapi-8.2.json', ['--api-version', '8.2']],
])('openapi writes the document that is checked in as %s', async (name, options) => {
  const file = join(folder, name);
  await openapiCommand().parseAsync(['--out', file, ...options], { from: 'user' });
  expect(await readFile(file, 'utf8')).toBe(await readFile(`openapi/${name}`, 'utf8'));
});

test('cert makes a certificate for its hosts, a key that nobody else reads, and overwrites neither', async () => {
  const out = join(folder, 'tls');
  const args = ['--host', 'tams.example', '--host', '127.0.0.1', '--days', '30', '--out', out];
  await certCommand().parseAsync(args, { from: 'user' });
  const certificate = new X509Certificate(await readFile(join(out, 'cert.pem')));
  const key = await readFile(join(out, 'key.pem'));
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(certificate.checkHost('tams.example')).toBe('tams.example');
  expect(certificate.checkHost('other.example')).toBeUndefined();
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.ca).toBe(false);
  const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000;
  expect(Math.round(days)).toBe(30);
  expect((await stat(join(out, 'key.pem'))).mode & 0o777).toBe(0o600);

  await expect(certCommand().parseAsync(args, { from: 'user' })).rejects.toThrow('is there already');
  expect(await readFile(join(out, 'key.pem'))).toEqual(key);
});
