import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findS3Server, type S3Server, startS3Server } from '../support/s3-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import type { TamsClient } from '../support/tams-client.ts';
import { consecutive, dataFlow, flowWithObjects } from './support/flows.ts';
import { runVerify } from './support/mgmt.ts';
import { type RunningServer, ServerFolder } from './support/server-folder.ts';

/** How often one of the two servers is killed; more for a long run by hand. */
const KILLS = Number(process.env.KILL_ROUNDS ?? 20);
/** Copies that are asked for before each kill, and those of them that it waits for: four are made at a time. */
const ASKED_PER_KILL = 9;
const SEEN_PER_KILL = 3;
const OBJECTS = ASKED_PER_KILL * KILLS;
/** Before each answer of the service that is copied to. */
const LATENCY_MS = 300;
const OBJECT_BYTES = 1_000_000;
const KILL_AFTER_MS = { min: 0, max: 150 };
/** A lease of a killed server lasts for 10 s. */
const ROUND_MS = 60_000;

const FROM = '11111111-1111-4111-8111-111111111111';
const TO = '22222222-2222-4222-8222-222222222222';

const binary = findS3Server();
if (binary === undefined) {
  console.warn('The test of copies that are killed is skipped: .ci/versitygw.sh installs the S3 server that it needs.');
}

describe.skipIf(binary === undefined)(
  'two servers that are killed (SIGKILL) in turn, in the middle of copies between two S3 services',
  () => {
    it(
      `make each accepted copy once, show none that is not whole, and leave no other bytes, ${KILLS} times`,
      async () => {
        const [here, there] = await Promise.all([startS3Server(binary ?? ''), startS3Server(binary ?? '')]);
        onTestFinished(async () => {
          await Promise.all([here.close(), there.close()]);
        });
        const proxy = await startTcpProxy(Number(new URL(there.endpoint).port), { latencyMs: LATENCY_MS });
        onTestFinished(() => proxy.close());
        const slow = { ...there, endpoint: `http://127.0.0.1:${proxy.port}` };
        const folder = await ServerFolder.make();
        const file = join(folder.dataDir, 'backends.json');
        await writeFile(file, JSON.stringify([backendOf(FROM, here, true), backendOf(TO, slow, false)]));
        const env = { STORAGE_BACKENDS_FILE: file };
        let running = await folder.start({ env });
        const pair = [running, await folder.start({ env })];
        const flow = dataFlow();
        const objects = await flowWithObjects(running.client, flow, OBJECTS);
        const contents = new Map(objects.map(({ object_id: id }) => [id, randomBytes(OBJECT_BYTES)]));
        for (const object of objects) {
          expect(await running.client.upload(object, contents.get(object.object_id) ?? Buffer.alloc(0))).toBe(200);
        }
        await running.client.postSegments(flow.id, consecutive(objects, 0));

        let interrupted = 0;
        const seen: number[] = [];
        for (let kill = 0; kill < KILLS; kill += 1) {
          // Asked for as the test goes on: however fast they are made, each kill has some to meet.
          const asked = objects.slice(kill * ASKED_PER_KILL, (kill + 1) * ASKED_PER_KILL);
          const answers = await Promise.all(asked.map(({ object_id: id }) => accept(running, id)));
          expect(answers).toEqual(asked.map(() => 201));
          const wanted = kill * ASKED_PER_KILL + SEEN_PER_KILL;
          const shown = await untilShown(running.client, flow.id, wanted, contents);
          if (shown < (kill + 1) * ASKED_PER_KILL) interrupted += 1;
          await sleep(KILL_AFTER_MS.min + Math.random() * (KILL_AFTER_MS.max - KILL_AFTER_MS.min));
          const victim = kill % 2;
          await pair[victim]?.server.kill();
          // The other one goes on, or this one once it has started.
          running = pair[1 - victim] ?? running;
          pair[victim] = await folder.start({ env });
          seen.push(await shownWhole(running.client, flow.id, contents));
        }
        expect(interrupted, 'kills while copies were under way').toBeGreaterThan(KILLS / 2);
        const whole = await untilShown(running.client, flow.id, OBJECTS, contents);
        console.info(
          `instances: ${OBJECTS} copies, ${KILLS} kills; shown after each: ${seen.join(' ')}; in the end: ${whole}`,
        );

        const segments = await running.client.listSegments(flow.id);
        expect(segments.map(({ get_urls: urls }) => urls.length)).toEqual(objects.map(() => 2));
        for (const { object_id: id } of objects) expect(await accept(running, id)).toBe(400);
        const listed = await Promise.all([keysOf(here), keysOf(there)]);
        expect(listed.map((keys) => keys.length)).toEqual([OBJECTS, OBJECTS]);
        const copied = listed[1].map(({ key }) => objects.find(({ object_id: id }) => key.includes(id))?.object_id);
        expect(new Set(copied)).toEqual(new Set(contents.keys()));
        expect(new Set(listed.flat().map(({ size }) => size))).toEqual(new Set([OBJECT_BYTES]));
        expect(await (await fetch(`${running.server.baseUrl}/metrics`)).text()).toContain(
          'tams_instance_jobs{task="copy"} 0',
        );
        await Promise.all(pair.map(({ server }) => server.kill()));
        expect(await runVerify(folder.dataDir, { STORAGE_BACKENDS_FILE: file })).toEqual({
          code: 0,
          output: 'Everything fits together.\n',
        });
      },
      (KILLS + 2) * ROUND_MS,
    );
  },
);

const backendOf = (id: string, { endpoint, region, accessKeyId, secretAccessKey }: S3Server, isDefault: boolean) => ({
  ...{ id, type: 's3', label: id, endpoint, region, bucket: 'media', force_path_style: true },
  ...{ access_key_id: accessKeyId, secret_access_key: secretAccessKey, default_storage: isDefault },
});

async function accept({ server }: RunningServer, objectId: string): Promise<number> {
  const { status } = await fetch(`${server.baseUrl}/v8.2/objects/${encodeURIComponent(objectId)}/instances`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ storage_id: TO }),
  });
  return status;
}

/** Downloads each copy that is shown: its bytes are those of the object. @returns how many there are */
async function shownWhole(client: TamsClient, flowId: string, contents: ReadonlyMap<string, Buffer>): Promise<number> {
  const copies = (await client.listSegments(flowId)).flatMap(({ object_id: id, get_urls: urls = [] }) =>
    urls.filter(({ label }) => label === TO).map(({ url }) => ({ id, url })),
  );
  const look = async ({ id, url }: { id: string; url: string }): Promise<void> => {
    const answer = await fetch(url);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([id, answer.status, Buffer.compare(bytes, contents.get(id) ?? Buffer.alloc(0))]).toEqual([id, 200, 0]);
  };
  await Promise.all(copies.map(look));
  return copies.length;
}

async function untilShown(
  client: TamsClient,
  flowId: string,
  count: number,
  contents: ReadonlyMap<string, Buffer>,
): Promise<number> {
  const deadline = Date.now() + ROUND_MS;
  for (;;) {
    const shown = (await client.listSegments(flowId)).filter(({ get_urls: urls }) => urls.length > 1).length;
    if (shown >= count) return count === contents.size ? shownWhole(client, flowId, contents) : shown;
    if (Date.now() > deadline) throw new Error(`only ${shown} of ${count} copies are shown`);
    await sleep(10);
  }
}

async function keysOf(server: S3Server): Promise<{ key: string; size: number }[]> {
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const { Contents: found = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'media' }));
  client.destroy();
  return found.map(({ Key: key = '', Size: size = 0 }) => ({ key, size }));
}
