import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { TamsClient } from '../support/tams-client.ts';
import { consecutive } from './support/flows.ts';
import { runVerify } from './support/mgmt.ts';
import { ServerFolder } from './support/server-folder.ts';

/** A hundred are kept in one transaction: there have to be several, so that some are kept before the kill, and not all. */
const FRAMES = 400;
const AUTOMATIC = { env: { EXR_AUTO_INSPECT: 'true' } };
/** The lease of the process that was killed has to run out first. */
const AFTER_KILL = { interval: 250 };

interface File {
  readonly id: string;
  readonly path: string;
  readonly header_hash: string | null;
  readonly failure: unknown;
}

it('a server that is killed (SIGKILL) in the middle of automatic inspection has all files in the end, each once', async () => {
  const content = await readFile(new URL('../fixtures/exr/scanline-half-rgba.exr', import.meta.url));
  const folder = await ServerFolder.make();
  const { server, client } = await folder.start(AUTOMATIC);
  const flow = {
    id: randomUUID(),
    source_id: randomUUID(),
    format: 'urn:x-tam:format:image',
    codec: 'image/x-exr',
    container: 'image/x-exr',
    essence_parameters: { frame_width: 16, frame_height: 9 },
  };
  expect((await client.putFlow(flow)).status).toBe(201);
  const names = Array.from({ length: FRAMES }, (_, index) => `shot/a.${1001 + index}.exr`);
  const { media_objects: objects } = (await client.allocate(flow.id, { object_ids: names })).body;
  for (const object of objects) expect(await client.upload(object, Uint8Array.from(content))).toBe(200);
  expect((await client.postSegments(flow.id, consecutive(objects, 0))).status).toBe(201);

  await expect.poll(() => countOf(client), { interval: 10 }).toBeGreaterThan(0);
  await server.kill();
  const again = await folder.start(AUTOMATIC);
  expect(await countOf(again.client), 'all was inspected before the kill').toBeLessThan(FRAMES);

  await expect.poll(() => countOf(again.client), AFTER_KILL).toBe(FRAMES);
  await expect.poll(() => metricOf(again.client, 'tams_exr_queue_entries'), AFTER_KILL).toBe('0');
  const found = await files(again.client);
  expect(found.map(({ path }) => path)).toEqual(names);
  expect(found.every(({ header_hash, failure }) => header_hash !== null && failure === null)).toBe(true);
  const [{ id } = { id: '' }] = found;
  const whole = await again.client.request<{ parts: unknown[]; channels: unknown[] }>('GET', `/exr/files/${id}`);
  expect([whole.body.parts.length, whole.body.channels.length]).toEqual([1, 4]);
  const sequences = await again.client.request('GET', '/exr/sequences');
  expect(sequences.body).toMatchObject([{ frame_count: FRAMES, missing_count: 0 }]);
  await again.server.kill();
  expect(await runVerify(folder.dataDir)).toEqual({ code: 0, output: 'Everything fits together.\n' });
});

async function files(client: TamsClient): Promise<File[]> {
  return (await client.request<File[]>('GET', '/exr/files?limit=1000')).body;
}

const countOf = async (client: TamsClient): Promise<number> => (await files(client)).length;

async function metricOf(client: TamsClient, name: string): Promise<string | undefined> {
  const text = await (await fetch(new URL('/metrics', client.baseUrl))).text();
  return new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1];
}
