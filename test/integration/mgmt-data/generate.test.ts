import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateCommand } from '../../../mgmt/commands/generate.ts';
import { withConfiguredStore } from '../../../mgmt/generate/configured-store.ts';
import { generate, type GenerateSpec } from '../../../mgmt/generate/generator.ts';
import { CHECKS } from '../../../mgmt/verify/verify.ts';
import { loadConfig } from '../../../src/settings.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startVastEmulator } from '../../support/vast-emulator/index.ts';
import { findings } from '../../support/verify-after.ts';
import { runMgmt } from './support/run-mgmt.ts';

const SPEC: GenerateSpec = { sources: 4, flows: 9, segments: 2500, objectsPerSegment: 0.5, batch: 700, seed: 1 };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-generate-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Flow {
  readonly id: string;
  readonly format: string;
}

/** A folder that is filled, and a server on it. */
async function generated(name: string, spec: GenerateSpec): Promise<TestServer> {
  const dataDir = join(folder, name);
  await withConfiguredStore(({ store }) => generate(store, spec, () => undefined), { DATA_DIR: dataDir });
  return startTestServer({ dataDir, env: { TABLE_ENGINE: 'sqlite' } });
}

/** All that a client sees: flows, sources and segments. */
async function content(server: TestServer): Promise<{ flows: Flow[]; sources: unknown[]; segments: unknown[][] }> {
  const client = new TamsClient(server.baseUrl);
  const flows = (await client.request<Flow[]>('GET', '/flows?limit=1000&include_timerange=true')).body;
  const sources = (await client.request<unknown[]>('GET', '/sources?limit=1000')).body;
  const segments: unknown[][] = [];
  for (const { id } of flows) segments.push(await client.listSegments(id));
  return { flows, sources, segments };
}

test('makes what was asked for, the same from equal options, and a server serves it', async () => {
  const one = await generated('one', SPEC);
  const other = await generated('other', { ...SPEC, batch: 10_000 });
  const another = await generated('another', { ...SPEC, seed: 2 });
  try {
    const first = await content(one);
    expect(first.flows).toHaveLength(9);
    expect(first.sources).toHaveLength(4);
    expect(first.segments.flat()).toHaveLength(2500);
    expect(new Set(first.flows.map(({ format }) => format)).size).toBe(2);
    const objects = new Set(first.segments.flat().map((segment) => (segment as { object_id: string }).object_id));
    // Half as many as segments, rounded up in each of the flows.
    expect(objects.size).toBeGreaterThanOrEqual(1250);
    expect(objects.size).toBeLessThanOrEqual(1250 + 9);

    expect(await content(other)).toEqual(first);
    const ids = new Set(first.flows.map(({ id }) => id));
    const different = await content(another);
    expect(different.flows).toHaveLength(9);
    expect(different.flows.filter(({ id }) => ids.has(id))).toEqual([]);

    const client = new TamsClient(one.baseUrl);
    const tagged = await client.request<Flow[]>('GET', '/flows?tag.site=london&codec=video/h264');
    expect(tagged.body.length).toBeGreaterThan(0);
  } finally {
    await Promise.all([one.close(), other.close(), another.close()]);
  }
});

test('adds to what is there only when told to, nothing twice, and all as verify expects it', async () => {
  const env = { DATA_DIR: join(folder, 'asked') };
  const args = ['generate', '--sources', '2', '--flows', '3', '--segments', '500'];
  expect(await runMgmt(args, env)).toMatchObject({ code: 0, stderr: '' });
  const unasked = await runMgmt([...args, '--seed', '2'], env);
  expect(unasked).toMatchObject({ code: 2, stdout: '' });
  expect(unasked.stderr).toContain('--yes');
  const twice = withConfiguredStore(({ store }) => generate(store, SPEC, () => undefined), env);
  await expect(twice).rejects.toThrow('choose another seed');
  expect(await findings(loadConfig(env), false, [...CHECKS])).toEqual([]);
});

test.each([
  ['--objects-per-segment', '1.5', 'at most 1'],
  ['--objects-per-segment', '0', 'at most 1'],
  ['--flows', '0', 'whole number'],
  ['--segments', '1e3', 'whole number'],
])('refuses %s %s', async (option, value, expected) => {
  let output = '';
  const command = generateCommand()
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        output += text;
      },
    });
  await expect(command.parseAsync([option, value], { from: 'user' })).rejects.toBeInstanceOf(CommanderError);
  expect(output).toContain(expected);
});

test('works on a VAST cluster too', async () => {
  const emulator = await startVastEmulator({ schema: 'tams' });
  const { endpoints, accessKey, secretKey, bucket } = emulator;
  const env = {
    TABLE_ENGINE: 'vast',
    VAST_ENDPOINTS: endpoints.join(','),
    VAST_ACCESS_KEY: accessKey,
    VAST_SECRET_KEY: secretKey,
    VAST_BUCKET: bucket,
    VAST_SCHEMA: 'tams',
    SECRET_KEY: 'the secret of all replicas in these tests',
  };
  try {
    await withConfiguredStore(({ store }) => generate(store, SPEC, () => undefined), env);
    const server = await startTestServer({ env });
    try {
      const { flows, segments } = await content(server);
      expect(flows).toHaveLength(9);
      expect(segments.flat()).toHaveLength(2500);
    } finally {
      await server.close();
    }
  } finally {
    await emulator.close();
  }
});
