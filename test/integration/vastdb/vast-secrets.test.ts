import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerProcess } from '../../../demo/server-process.ts';
import { dataFlow } from '../../acceptance/support/flows.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { SCHEMA } from '../../support/vastdb/emulated-engine.ts';

/** What is told of a cluster that fails, in the log at its most talkative and in every answer, has no secret in it. */

const TOKEN = 'token-never-to-be-seen-0123456789';
const KEYS = { accessKey: 'access-never-to-be-seen-0123456789', secretKey: 'secret-never-to-be-seen-0123456789' };
const SECRET_KEY = 'replicas-never-to-be-seen-0123456789';

let emulator: VastEmulator;
let dataDir: string;
let server: TestServer | undefined;
let lines: string[];

beforeEach(async () => {
  emulator = await startVastEmulator({ schema: SCHEMA, endpoints: 2, ...KEYS });
  dataDir = await mkdtemp(join(tmpdir(), 'tams-secrets-'));
  lines = [];
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await emulator.close();
  await rm(dataDir, { recursive: true });
});

const env = (more: Record<string, string> = {}): Record<string, string> => ({
  TABLE_ENGINE: 'vast',
  VAST_ENDPOINTS: emulator.endpoints.join(','),
  VAST_ACCESS_KEY: emulator.accessKey,
  VAST_SECRET_KEY: emulator.secretKey,
  VAST_BUCKET: emulator.bucket,
  VAST_SCHEMA: SCHEMA,
  SECRET_KEY,
  LOG_LEVEL: 'trace',
  ...more,
});

function expectNoSecret(text: string): void {
  expect(text).not.toMatch(/never-to-be-seen|AWS4-HMAC|Signature=|Bearer \S/);
}

/** Statuses of what needs the tables in different ways; whatever was said lands in `said`. */
async function askAll(baseUrl: string, said: string[]): Promise<number[]> {
  const flow = dataFlow();
  const segment = { object_id: 'x', timerange: '[0:0_1:0)', get_urls: [{ url: 'https://media.example/x' }] };
  const statuses: number[] = [];
  for (const [method, path, json] of [
    ['GET', '/flows', undefined],
    ['GET', `/flows/${flow.id}/segments?timerange=[0:0_1:0)`, undefined],
    ['PUT', `/flows/${flow.id}`, flow],
    ['POST', `/flows/${flow.id}/segments`, segment],
    ['GET', '/readyz', undefined],
    ['GET', '/metrics', undefined],
  ] as const) {
    const response = await fetch(baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: json && JSON.stringify(json),
    });
    statuses.push(response.status);
    said.push(JSON.stringify([...response.headers]), await response.text());
  }
  return statuses;
}

describe('no secret is told', () => {
  it('while the cluster refuses the keys, fails, breaks off and is gone', async () => {
    server = await startTestServer({ dataDir, env: env(), log: (line) => lines.push(line) });
    const said: string[] = [];
    expect((await askAll(server.baseUrl, said)).slice(0, 4)).toEqual([200, 200, 201, 201]);
    for (const fault of [
      { kind: 'error', status: 403, code: 'SignatureDoesNotMatch' },
      { kind: 'error', status: 500, code: 'InternalError' },
      { kind: 'error', status: 400, code: 'AuthorizationHeaderMalformed' },
      { kind: 'drop-before' },
      { kind: 'drop-after' },
      { kind: 'cut' },
    ] as const) {
      emulator.faults.add(fault);
      const [listing = 0, , put = 0] = await askAll(server.baseUrl, said);
      expect(
        [listing, put].every((status) => status >= 500),
        `${JSON.stringify(fault)}: ${listing}, ${put}`,
      ).toBe(true);
      emulator.faults.clear();
    }
    await Promise.all([emulator.faults.kill(0), emulator.faults.kill(1)]);
    expect((await askAll(server.baseUrl, said)).slice(0, 3)).toEqual([503, 503, 503]);
    await Promise.all([emulator.faults.revive(0), emulator.faults.revive(1)]);

    expect(lines.length, 'a log without lines shows nothing').toBeGreaterThan(20);
    expect(lines.join('')).toContain('SignatureDoesNotMatch');
    expectNoSecret(lines.join(''));
    expectNoSecret(said.join('\n'));
  });

  it.each([
    ['VAST_ACCESS_KEY', 'another-access-never-to-be-seen'],
    ['VAST_SECRET_KEY', 'another-secret-never-to-be-seen'],
  ])('by a start with a wrong %s, which ends with one line', async (name, value) => {
    const started = ServerProcess.spawn({ dataDir, env: env({ [name]: value }) });
    expect((await started.exited).code).toBe(1);
    expect(started.errors.trimEnd().split('\n')).toHaveLength(1);
    expect(started.errors).toContain('The cluster refuses the access key or the secret key');
    expectNoSecret(started.output + started.errors);
  });
});
