import { describe, expect, it, onTestFinished } from 'vitest';
import { Api, type Segment, until } from '../behaviour/support/api.ts';
import { findS3Server, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { startTestServer } from '../../support/test-server.ts';

const binary = findS3Server();
if (binary === undefined) {
  console.warn('Tests of a server on S3 are skipped: .ci/versitygw.sh installs the S3 server that they need.');
}

const onS3 = (s3: S3Server): Record<string, string> => ({
  MEDIA_STORE: 's3',
  S3_ENDPOINT: s3.endpoint,
  S3_REGION: s3.region,
  S3_BUCKET: 'media',
  S3_ACCESS_KEY_ID: s3.accessKeyId,
  S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  S3_REQUEST_TIMEOUT_MS: '2000',
  S3_MAX_ATTEMPTS: '1',
  RECLAIM_GRACE_S: '0',
  LOG_LEVEL: 'silent',
});

async function startS3(): Promise<S3Server> {
  const s3 = await startS3Server(binary ?? '');
  onTestFinished(() => s3.close());
  return s3;
}

async function startOn(s3: S3Server): Promise<Api> {
  const server = await startTestServer({ env: onS3(s3) });
  onTestFinished(() => server.close());
  return new Api(server.baseUrl);
}

const urlOf = (segment: Segment | undefined): string => segment?.get_urls?.[0]?.url ?? '';

describe.skipIf(binary === undefined)('a server whose media lie in S3', () => {
  it('does the main job: the bytes that went in come out, and are gone when nothing uses them', async () => {
    const s3 = await startS3();
    const api = await startOn(s3);
    const flowId = await api.newFlow();
    const [allocated] = await api.allocate(flowId);
    if (allocated === undefined) throw new Error('nothing was allocated');
    expect(allocated.put_url.url.startsWith(`${s3.endpoint}/media/`)).toBe(true);
    expect(await api.upload(allocated, 'ten seconds')).toBe(200);
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: allocated.object_id, timerange: '[0:0_10:0)' });

    const [segment] = await api.segments(flowId, 'timerange=[5:0_6:0)');
    const found = await fetch(urlOf(segment));
    expect([found.status, await found.text()]).toEqual([200, 'ten seconds']);

    await api.must('DELETE', `/flows/${flowId}/segments`);
    await until(async () => ((await fetch(urlOf(segment))).status === 404 ? true : undefined));
    expect((await api.send('GET', `/objects/${allocated.object_id}`)).status).toBe(404);
  });

  it('starts, reads and allocates while the object store is down, and makes it ready when it is back', async () => {
    const s3 = await startS3();
    await s3.stop();
    const api = await startOn(s3);
    const flowId = await api.newFlow();
    const [allocated] = await api.allocate(flowId);
    expect(await api.segments(flowId)).toEqual([]);

    await s3.start();
    // The bucket is not there before the server, which asks again every few seconds, has made it.
    await until(async () => (allocated && (await api.upload(allocated, 'late')) === 200 ? true : undefined));
  });
});
