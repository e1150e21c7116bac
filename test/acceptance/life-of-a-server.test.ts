import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServerProcess } from '../../demo/server-process.ts';
import { consecutive, dataFlow, flowWithObjects } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';
import { SlowUpload } from './support/slow-upload.ts';

describe('a start that cannot work', () => {
  it.each([
    { given: 'PORT', value: 'eighty', named: 'PORT' },
    { given: 'PORT', value: '70000', named: 'PORT' },
    { given: 'MEDIA_STORE', value: 'tape', named: 'MEDIA_STORE' },
    { given: 'MEDIA_STORE', value: 's3', named: 'S3_BUCKET' },
    { given: 'SECRET_KEY', value: 'short', named: 'SECRET_KEY' },
  ])('ends at once with one line that names $named, given $given=$value', async ({ given, value, named }) => {
    const folder = await ServerFolder.make();
    const { code, stderr } = await folder.runToEnd({ [given]: value });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(named);
  });

  it('does not print a secret that is wrong', async () => {
    const folder = await ServerFolder.make();
    const { stderr } = await folder.runToEnd({ SECRET_KEY: 'my-short-secret' });
    expect(stderr).not.toContain('my-short-secret');
  });

  it('has said before which variables of AWS it does not follow', async () => {
    const { dataDir } = await ServerFolder.make();
    await writeFile(join(dataDir, 'no-folder'), '');
    const server = ServerProcess.spawn({
      dataDir: join(dataDir, 'no-folder', 'data'),
      env: { MEDIA_STORE: 's3', S3_BUCKET: 'media', AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    });
    expect((await server.exited).code).toBe(1);
    const said =
      'Not followed: AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT. Name that host of AWS in AWS_ENDPOINT_URL_S3.';
    expect(server.output.split(said)).toHaveLength(2);
  });

  it('ends with one line that names the address when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const folder = await ServerFolder.make();
    const { code, stderr } = await folder.runToEnd({ PORT: String(port) });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(String(port));
  });
});

describe('a server that stops and starts again', () => {
  it('has everything that it had', async () => {
    const folder = await ServerFolder.make();
    const first = await folder.start();
    const flow = { ...dataFlow(), label: 'kept', tags: { a: 'b' } };
    const objects = await flowWithObjects(first.client, flow, 3);
    const contents = new Map(objects.map(({ object_id }) => [object_id, new Uint8Array(randomBytes(50_000))]));
    for (const object of objects) {
      expect(await first.client.upload(object, contents.get(object.object_id) ?? new Uint8Array())).toBe(200);
    }
    const bodies = consecutive(objects, 0);
    await first.client.postSegments(flow.id, bodies);
    const kept = async ({ client }: typeof first): Promise<unknown[]> => [
      (await client.getFlow(flow.id)).body,
      (await client.request('GET', '/sources')).body,
      (await client.request('GET', '/service')).body,
      (await client.request('GET', '/service/storage-backends')).body,
    ];
    await first.client.request('POST', '/service', { name: 'A name that is kept' });
    const before = await kept(first);
    expect(await first.server.stop()).toEqual({ code: 0, signal: null });

    const second = await folder.start();
    expect(await kept(second)).toEqual(before);
    const segments = await second.client.listSegments(flow.id);
    expect(segments).toMatchObject(bodies);
    for (const segment of segments) {
      const { status, body } = await second.client.downloadSegment(segment);
      expect(status).toBe(200);
      expect(Buffer.compare(body, contents.get(segment.object_id) ?? Buffer.alloc(0))).toBe(0);
    }
  });

  it('still honours the upload URLs that it gave before', async () => {
    const folder = await ServerFolder.make();
    const first = await folder.start();
    const flow = dataFlow();
    const [object] = await flowWithObjects(first.client, flow, 1);
    if (object === undefined) throw new Error('No object was allocated.');
    await first.server.stop();

    const second = await folder.start();
    const { pathname, search } = new URL(object.put_url.url);
    const moved = { ...object, put_url: { ...object.put_url, url: `${second.client.baseUrl}${pathname}${search}` } };
    expect(await second.client.upload(moved, new Uint8Array([1, 2, 3]))).toBe(200);
  });
});

describe('a graceful stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('lets an upload end well after %s, and then exits with 0', async (signal) => {
    const folder = await ServerFolder.make();
    const { server, client } = await folder.start();
    const flow = dataFlow();
    const objects = await flowWithObjects(client, flow, 1);
    const [object] = objects;
    if (object === undefined) throw new Error('No object was allocated.');
    await client.postSegments(flow.id, consecutive(objects, 0));
    const content = new Uint8Array(randomBytes(300_000));

    const upload = new SlowUpload(object, content.length);
    await upload.send(content.subarray(0, 100_000));
    server.signal(signal);
    await sleep(300);
    await upload.send(content.subarray(100_000, 200_000));
    // New work is no longer taken while the old one ends.
    await expect(client.getFlow(flow.id).then(({ status }) => status)).rejects.toThrow();
    await upload.send(content.subarray(200_000));
    expect(await upload.finish()).toBe(200);
    expect(await server.exited).toEqual({ code: 0, signal: null });

    const again = await folder.start();
    const [segment] = await again.client.listSegments(flow.id);
    if (segment === undefined) throw new Error('The segment is gone.');
    expect(Buffer.compare((await again.client.downloadSegment(segment)).body, content)).toBe(0);
  });
});
