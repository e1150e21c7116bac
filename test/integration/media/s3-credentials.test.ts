import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkServer } from '../../../mgmt/checks.ts';
import { call } from '../../support/http-client.ts';
import { findS3Server, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { startTestServer } from '../../support/test-server.ts';
import { Api } from '../behaviour/support/api.ts';

const binary = findS3Server();
if (binary === undefined) {
  console.warn('Tests of S3 credentials are skipped: .ci/versitygw.sh installs the S3 server that they need.');
}

/** An endpoint as containers of AWS have one, that hands out temporary credentials. */
class ContainerEndpoint {
  readonly #server: Server;
  readonly #s3: S3Server;
  /** How long each of the credentials lives, the last one for all that follow; empty: it answers 500. */
  lives: number[] = [];
  issued = 0;
  /** This S3 server refuses every token; with an empty one its own keys are good. */
  tokens = false;

  constructor(s3: S3Server) {
    this.#s3 = s3;
    this.#server = createServer((_request, response) => {
      const life = this.lives.length > 1 ? this.lives.shift() : this.lives[0];
      if (life === undefined) {
        response.writeHead(500).end('{}');
        return;
      }
      this.issued += 1;
      const body = {
        AccessKeyId: this.#s3.accessKeyId,
        SecretAccessKey: this.#s3.secretAccessKey,
        Token: this.tokens ? `token/${this.issued}` : '',
        Expiration: new Date(Date.now() + life * 1000).toISOString(),
      };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void this.#server.close());
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/credentials`;
  }
}

describe.skipIf(binary === undefined)('a server on S3 without keys in its configuration', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3Server(binary ?? '');
  });
  afterAll(() => s3.close());
  beforeEach(() => {
    // Nothing of this machine: no instance's metadata, no home.
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const onS3 = (): Record<string, string> => ({
    MEDIA_STORE: 's3',
    S3_ENDPOINT: s3.endpoint,
    S3_BUCKET: 'media',
    S3_MAX_ATTEMPTS: '1',
    LOG_LEVEL: 'error',
  });
  const lines: string[] = [];
  async function start(env: Record<string, string> = onS3()): Promise<Api> {
    lines.length = 0;
    const server = await startTestServer({ env, log: (line) => lines.push(line) });
    onTestFinished(() => server.close());
    return new Api(server.baseUrl);
  }
  const tokenOf = (url: string): string | null => new URL(url).searchParams.get('X-Amz-Security-Token');

  function expiryOf(url: string): number {
    const { searchParams } = new URL(url);
    const signed = searchParams.get('X-Amz-Date')?.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5') ?? '';
    return Date.parse(signed) / 1000 + Number(searchParams.get('X-Amz-Expires'));
  }

  /** Uploads and downloads by signed URLs. */
  async function expectMedia(api: Api): Promise<string> {
    const flowId = await api.newFlow();
    const [allocated] = await api.allocate(flowId);
    if (allocated === undefined) throw new Error('nothing was allocated');
    expect(await api.upload(allocated, 'ten seconds')).toBe(200);
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: allocated.object_id, timerange: '[0:0_10:0)' });
    const [segment] = await api.segments(flowId);
    const url = segment?.get_urls?.[0]?.url ?? '';
    const found = await fetch(url);
    expect([found.status, await found.text()]).toEqual([200, 'ten seconds']);
    return url;
  }

  it('takes the keys of the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', s3.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.secretAccessKey);
    expect(tokenOf(await expectMedia(await start()))).toBeNull();
  });

  it('goes to the store that AWS tools go to, with the requests of clients and with its own', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', s3.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.secretAccessKey);
    vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
    vi.stubEnv('AWS_USE_DUALSTACK_ENDPOINT', 'true');
    const { S3_ENDPOINT: endpoint = '', ...env } = onS3();
    const api = await start({ ...env, AWS_ENDPOINT_URL: endpoint });
    expect(await expectMedia(api)).toMatch(endpoint);
    expect((await api.send('GET', '/health')).json).toMatchObject({ checks: { media: 'ok' } });
  });

  it('takes those of a profile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tams-profile-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'credentials');
    const lines = `aws_access_key_id = ${s3.accessKeyId}\naws_secret_access_key = ${s3.secretAccessKey}\n`;
    await writeFile(file, `[other]\naws_access_key_id = x\naws_secret_access_key = y\n[media]\n${lines}`);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    vi.stubEnv('AWS_PROFILE', 'media');
    await expectMedia(await start());
  });

  it('follows temporary ones of a container, and no URL says that it outlives its own', async () => {
    const endpoint = new ContainerEndpoint(s3);
    // The first expire before anybody could use them.
    endpoint.lives = [2, 1800];
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', await endpoint.listen());
    const api = await start();
    const flowId = await api.newFlow();
    /** In Unix seconds; PRESIGN_EXPIRES_S is an hour, twice what the credentials live. */
    const expiry = async (): Promise<number> => expiryOf((await api.allocate(flowId))[0]?.put_url.url ?? '');
    const nowS = Date.now() / 1000;
    await expect.poll(expiry).toBeGreaterThan(nowS + 1000);
    expect(await expiry()).toBeLessThanOrEqual(Date.now() / 1000 + 1800);
    await expectMedia(api);
  });

  it('signs the tokens of temporary ones into URLs', async () => {
    const endpoint = new ContainerEndpoint(s3);
    endpoint.tokens = true;
    endpoint.lives = [2, 1800];
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', await endpoint.listen());
    const api = await start();
    const flowId = await api.newFlow();
    const token = async (): Promise<string | null> => tokenOf((await api.allocate(flowId))[0]?.put_url.url ?? '');
    await expect.poll(token).toMatch(/^token\/[2-9]$/);
  });

  it('starts where there are none, says so, and serves when there are some', async () => {
    const endpoint = new ContainerEndpoint(s3);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', await endpoint.listen());
    const api = await start();
    const message = 'There are no valid credentials for the media store';
    expect(lines.join('')).toContain(message);
    expect((await call(api.baseUrl, 'GET', '/readyz')).status).toBe(503);
    expect(await api.get('/health')).toMatchObject({ checks: { media: expect.stringContaining(message) as string } });
    const flowId = await api.newFlow();
    const refused = await api.send('POST', `/flows/${flowId}/storage`, { limit: 1 });
    expect(refused).toMatchObject({ status: 503, json: { type: 'media_store_unavailable' } });
    expect(refused.text).toContain(message);
    // Pages without URLs of this store need no credentials.
    const external = { label: 'elsewhere', url: 'https://media.example/object' };
    const segment = { object_id: 'elsewhere', timerange: '[0:0_10:0)', get_urls: [external] };
    expect(await api.segments(flowId)).toEqual([]);
    await api.must('POST', `/flows/${flowId}/segments`, segment);
    expect(await api.segments(flowId)).toMatchObject([{ get_urls: [external] }]);
    endpoint.lives = [3600];
    const ready = async (): Promise<number> => (await call(api.baseUrl, 'GET', '/readyz')).status;
    await expect.poll(ready).toBe(200);
    await expect
      .poll(() => api.send('POST', `/flows/${flowId}/storage`, { limit: 1 }))
      .toMatchObject({
        status: 201,
      });
    await expectMedia(api);
  });

  it('shows status and code of what a wrong secret is refused with, at the start, in health and in mgmt', async () => {
    const env = { ...onS3(), S3_ACCESS_KEY_ID: s3.accessKeyId, S3_SECRET_ACCESS_KEY: 'wrong-secret' };
    const api = await start(env);
    const code = '403 SignatureDoesNotMatch';
    expect(lines.join('')).toContain(code);
    expect(await api.get('/health')).toMatchObject({ checks: { media: expect.stringContaining(code) as string } });
    const checks = await checkServer({ ...env, DATA_DIR: join(tmpdir(), 'tams-nowhere') });
    expect(checks.filter(({ ok }) => !ok).map(({ detail }) => detail)).toEqual([expect.stringContaining(code)]);
    expect(lines.join('') + JSON.stringify(checks)).not.toContain('wrong-secret');
  });
});
