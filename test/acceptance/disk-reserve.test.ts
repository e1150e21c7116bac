import { describe, expect, it, onTestFinished } from 'vitest';
import { findS3Server, startS3Server } from '../support/s3-server.ts';
import type { AllocatedObject, Answer, ErrorBody, FlowBody, TamsClient } from '../support/tams-client.ts';
import { consecutive, dataFlow, flowWithObjects } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';
import { canMount, mountSmallDisk } from './support/small-disk.ts';

const MIB = 2 ** 20;
const DISK_MIB = 40;
/** Far more than the disk has room for. */
const MAX_WRITES = 4_000;

/** Deletions of more than ten segments become requests; what they leave is reclaimed at once. */
const ENV = { DELETE_SYNC_MAX: '10', RECLAIM_GRACE_S: '0', SEARCH: 'true' };
const TEXT = 'x'.repeat(20_000);

const s3Server = findS3Server();
if (!canMount) console.warn('Tests of the reserve of a disk are skipped: only root may mount a small one.');

describe.skipIf(!canMount)('a full disk', () => {
  it('with tables and media can be emptied, and is used again without a restart', async () => {
    const folder = await ServerFolder.make();
    mountSmallDisk(folder.dataDir, DISK_MIB);
    const first = await folder.start({ env: ENV });
    const flow = dataFlow();
    const objects = await flowWithObjects(first.client, flow, 80);
    const uploaded = await fillMedia(first.client, objects);
    // Uploaded objects can still be registered.
    expect((await first.client.postSegments(flow.id, consecutive(uploaded, 0))).status).toBe(201);
    const flows = await fillTables(first.client);

    // A restart gives back the log, and nothing else; the server stays in service.
    expect(await first.server.stop()).toMatchObject({ code: 0 });
    const { client } = await folder.start({ env: ENV });
    flows.push(...(await fillTables(client)));
    expect((await client.request('GET', '/readyz')).status).toBe(200);
    expect((await client.listSegments(flow.id)).length).toBe(uploaded.length);

    expect((await client.request('PUT', `/flows/${flow.id}/read_only`, true)).status).toBe(204);
    expect((await client.request('PUT', `/flows/${flow.id}/read_only`, false)).status).toBe(204);
    await deleteAndWait(client, `/flows/${flow.id}/segments`);
    for (const id of flows) expect((await client.request('DELETE', `/flows/${id}`)).status).toBe(204);

    const [object] = objects;
    if (object === undefined) throw new Error('No object was allocated.');
    await expect.poll(() => client.putFlow(dataFlow()).then(({ status }) => status)).toBe(201);
    const [again] = await flowWithObjects(client, dataFlow(), 1);
    if (again === undefined) throw new Error('No object was allocated.');
    await expect.poll(() => client.upload(again, new Uint8Array(MIB))).toBe(200);
    expect((await client.request('GET', '/readyz')).status).toBe(200);
  });

  it.skipIf(s3Server === undefined)(
    'of tables whose media lie in S3 can be emptied, and its pages are used again',
    async () => {
      const s3 = await startS3Server(s3Server ?? '');
      onTestFinished(() => s3.close());
      const folder = await ServerFolder.make();
      mountSmallDisk(folder.dataDir, DISK_MIB);
      const { client } = await folder.start({
        env: {
          ...ENV,
          MEDIA_STORE: 's3',
          S3_ENDPOINT: s3.endpoint,
          S3_REGION: s3.region,
          S3_BUCKET: 'media',
          S3_ACCESS_KEY_ID: s3.accessKeyId,
          S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
        },
      });
      const flow = dataFlow();
      const objects = await flowWithObjects(client, flow, 1_000);
      expect((await client.postSegments(flow.id, consecutive(objects, 0))).status).toBe(201);
      let flows = await fillTables(client);
      await deleteAndWait(client, `/flows/${flow.id}/segments`);
      await deleteAndWait(client, `/flows/${flow.id}`);
      // Texts of more bytes than the disk has fit only into pages that were used before.
      for (let texts = flows.length; texts * TEXT.length < DISK_MIB * MIB; texts += flows.length) {
        for (const id of flows) expect((await client.request('DELETE', `/flows/${id}`)).status).toBe(204);
        const { id } = dataFlow();
        const isTaken = (): Promise<number> => client.putFlow({ ...dataFlow(), id }).then(({ status }) => status);
        await expect.poll(isTaken).toBeLessThan(300);
        flows = [id, ...(await fillTables(client))];
      }
    },
  );
});

/** Uploads a MiB to each object until the server refuses one; those that it took. */
async function fillMedia(client: TamsClient, objects: readonly AllocatedObject[]): Promise<AllocatedObject[]> {
  const uploaded: AllocatedObject[] = [];
  for (const object of objects) {
    const status = await client.upload(object, new Uint8Array(MIB));
    if (status === 503) return uploaded;
    expect(status).toBe(200);
    uploaded.push(object);
  }
  throw new Error('All uploads were taken: there is no limit.');
}

/** Creates large flows until the server refuses one; the ids of those that it took. */
async function fillTables(client: TamsClient): Promise<string[]> {
  const ids: string[] = [];
  for (let write = 0; write < MAX_WRITES; write += 1) {
    const flow: FlowBody = { ...dataFlow(), description: TEXT };
    const answer = await client.request<ErrorBody>('PUT', `/flows/${flow.id}`, flow);
    if (answer.status !== 201) {
      await expectFull(answer);
      return ids;
    }
    ids.push(flow.id);
  }
  throw new Error(`All of ${MAX_WRITES} writes were taken: there is no limit.`);
}

async function expectFull(answer: Answer<unknown> | Promise<Answer<unknown>>): Promise<void> {
  const { status, body } = await answer;
  expect([status, (body as ErrorBody | undefined)?.type]).toEqual([503, 'storage_full']);
}

/** A deletion that goes on as a request, until that is done. */
async function deleteAndWait(client: TamsClient, path: string): Promise<void> {
  const { status, headers } = await client.request('DELETE', path);
  if (status === 204) return;
  expect(status).toBe(202);
  const request = headers.get('location') ?? '';
  const statusOf = (): Promise<string> =>
    client.request<{ status: string }>('GET', request).then(({ body }) => body.status);
  await expect.poll(statusOf).toBe('done');
}
