import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { explain } from '../../../mgmt/media/explain.ts';
import { DamagedMedia } from '../../../src/media/probing/probe.ts';
import { HttpFailure, Unreachable } from '../../../mgmt/tams-client/http-failure.ts';

const shown = (error: unknown): string => explain(error, '/work').message;

test('an error of the system names the file, and says in words what is wrong with it', async () => {
  const missing = await readFile('/nowhere/token').catch((error: unknown) => error);
  expect(shown(missing)).toBe('/nowhere/token: there is no such file or folder.');
  const folder = await readFile('/').catch((error: unknown) => error);
  expect(shown(folder)).not.toContain('EISDIR');
});

test('a full disk is named, whoever meets it', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  expect(shown(full)).toContain('The disk of /work is full');
  expect(shown(new Error('clip.mp4 cannot be cut: x.ts: No space left on device.'))).toContain(
    'The disk of /work is full',
  );
});

test('what a server refuses says what to do about it, also where something else was wrapped around it', () => {
  const unknown = new HttpFailure('GET /service', 401, '{"summary":"no credentials"}');
  expect(shown(unknown)).toMatch(/^GET \/service answered 401: no credentials\. Say who you are: --token-file/);
  const wrapped = new Error('seg.ts was not uploaded: no.', { cause: new HttpFailure('PUT /x', 403, '') });
  expect(shown(wrapped)).toBe('seg.ts was not uploaded: no. These credentials do not allow it: use others.');
  const unreachable = new Unreachable(
    'GET /service',
    'tams:1',
    new TypeError('fetch failed', { cause: new Error('refused') }),
  );
  expect(shown(unreachable)).toBe(
    'GET /service of tams:1 failed: refused. Is it running, and is that the right address (--url or TAMS_URL)?',
  );
  expect(shown(new DamagedMedia('clip.mp4', 'moov atom not found'))).toMatch(/moov atom not found\. Get it again/);
});

test('what says enough stays as it is', () => {
  const error = new Error('There is no flow.');
  expect(explain(error, '/work')).toBe(error);
});
