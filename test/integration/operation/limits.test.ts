import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../../src/operation/logger.ts';
import { testId } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServerOptions } from '../../support/test-server.ts';
import { Api, firstOf, typeOf } from '../behaviour/support/api.ts';
import { readMetrics } from './support/metrics-text.ts';
import { startLimited } from './support/limited-app.ts';
import { RawClient } from './support/raw-client.ts';

const FLOW = `/flows/${testId('flow', 1)}`;

async function startReal(env: Record<string, string>, options: TestServerOptions = {}): Promise<Api> {
  const server = await startTestServer({ ...options, env: { LOG_LEVEL: 'silent', ...env } });
  onTestFinished(() => server.close());
  return new Api(server.baseUrl);
}

async function connectTo(baseUrl: string): Promise<RawClient> {
  const client = await RawClient.open(baseUrl);
  onTestFinished(() => client.close());
  return client;
}

async function counted(baseUrl: string, name: string, reason: string): Promise<number> {
  return (await readMetrics(baseUrl)).value(name, { reason });
}

describe('a client that sends slowly', () => {
  it('is cut off when its headers drip', async () => {
    const { baseUrl } = await startReal({ HEADERS_TIMEOUT_S: '1' });
    const began = performance.now();
    const client = await connectTo(baseUrl);
    client.send('GET /flows HTTP/1.1\r\nhost: localhost\r\n');
    client.drip('x-drip: 1\r\n', 100);
    await client.ended();
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(client.statuses).toEqual([408]);
    expect(client.received).toContain('request_too_slow');
  });

  it('is answered 413 and cut off when its body is too large and drips', async () => {
    const { baseUrl } = await startReal({ HEADERS_TIMEOUT_S: '1' });
    const client = await connectTo(baseUrl);
    const type = 'content-type: application/json';
    client.send(`PUT ${FLOW}/label HTTP/1.1\r\nhost: localhost\r\n${type}\r\ncontent-length: 99000000\r\n\r\n"`);
    client.drip('x', 50);
    await client.ended();
    expect(client.statuses).toEqual([413]);
  });

  it('is cut off when it connects and says nothing', async () => {
    const { baseUrl } = await startReal({ HEADERS_TIMEOUT_S: '1' });
    const client = await connectTo(baseUrl);
    await client.ended();
  });

  it('is answered 408 and cut off when its body drips', async () => {
    const { baseUrl } = await startReal({ REQUEST_TIMEOUT_S: '1' });
    const client = await connectTo(baseUrl);
    const type = 'content-type: application/json';
    client.send(`PUT ${FLOW}/label HTTP/1.1\r\nhost: localhost\r\n${type}\r\ncontent-length: 50000\r\n\r\n"`);
    client.drip('x', 50);
    await client.ended();
    expect(client.statuses).toEqual([408]);
    expect(client.received).toContain('request_too_slow');
  });

  it('is cut off when it goes on dripping after it was answered', async () => {
    const { baseUrl } = await startReal({ HEADERS_TIMEOUT_S: '1' });
    const client = await connectTo(baseUrl);
    client.send(
      'POST /flows HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 50000\r\n\r\nx',
    );
    client.drip('x', 50);
    await client.answer();
    await client.ended();
    expect(await counted(baseUrl, 'tams_http_connections_cut_off_total', 'slow_request')).toBe(1);
  });

  it.each([
    ['a body that is too late', 408, 100, `PUT ${FLOW}/label HTTP/1.1`],
    ['a request that leads nowhere', 404, 60_000, 'PUT /nowhere HTTP/1.1\r\nconnection: close'],
  ])('gets the answer to %s, however late it reads that', async (_what, status, requestTimeoutMs, head) => {
    const { baseUrl, server } = await startLimited({ requestTimeoutMs });
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const client = await connectTo(baseUrl);
    const [ours] = await connected;
    client.pause();
    client.send(`${head}\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50000\r\n\r\n"`);
    await expect.poll(() => ours.writableEnded || ours.destroyed).toBe(true);
    // The server has answered, and sends no more. Bytes that it would not take now would cost the client the answer.
    for (let parts = 0; parts < 3; parts++) await client.sent('x');
    client.resume();
    await client.ended();
    expect(client.statuses).toEqual([status]);
  });

  it('is cut off when it never closes a connection that has ended', async () => {
    const { baseUrl, server, operation } = await startLimited({ headersTimeoutMs: 200 });
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const { hostname, port } = new URL(baseUrl);
    const client = connect({ host: hostname, port: Number(port), allowHalfOpen: true }).resume();
    onTestFinished(() => void client.destroy());
    client.write('no HTTP\r\n\r\n');
    const [ours] = await connected;
    await expect.poll(() => ours.destroyed).toBe(true);
    expect(await valueOf(operation.requestMetrics, 'tams_http_connections_cut_off_total', 'slow_request')).toBe(1);
  });

  it('is told of a type that is not taken before its body arrives', async () => {
    const { baseUrl } = await startLimited({});
    const client = await connectTo(baseUrl);
    const type = 'content-type: text/plain';
    client.send(`PUT ${FLOW}/label HTTP/1.1\r\nhost: localhost\r\n${type}\r\ncontent-length: 50000\r\n\r\n"`);
    expect(await client.answer()).toContain('unsupported_media_type');
  });

  it('keeps out nobody else, in whatever number it comes', async () => {
    const { baseUrl } = await startLimited({ inFlightMax: 3 });
    for (let count = 0; count < 20; count++) {
      const client = await connectTo(baseUrl);
      client.send(
        `PUT ${FLOW}/label HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n`,
      );
    }
    await sleep(200);
    expect((await call(baseUrl, 'GET', FLOW)).status).toBe(200);
  });
});

describe('a client that reads slowly', () => {
  it('is cut off, and what waited for it is let go', async () => {
    const large = JSON.stringify('x'.repeat(30_000_000));
    const { baseUrl, operation } = await startLimited({ requestTimeoutMs: 500 }, () => Promise.resolve(large));
    const client = await connectTo(baseUrl);
    client.pause();
    client.send(`GET ${FLOW} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    const cutOff = () => valueOf(operation.requestMetrics, 'tams_http_connections_cut_off_total', 'slow_reader');
    await expect.poll(cutOff).toBe(1);
  });
});

describe('a transfer of media', () => {
  const begin = async (api: Api): Promise<RawClient> => {
    const { put_url: put } = firstOf(await api.allocate(await api.newFlow()));
    const { pathname, search } = new URL(put.url);
    const client = await connectTo(api.baseUrl);
    client.send(
      `PUT ${pathname}${search} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${put['content-type'] ?? ''}\r\ncontent-length: 40960\r\n\r\n`,
    );
    return client;
  };

  it('may take longer than a request', async () => {
    const going = await begin(await startReal({ REQUEST_TIMEOUT_S: '1' }));
    for (let part = 0; part < 10; part++) {
      going.send('x'.repeat(4096));
      await sleep(200);
    }
    expect((await going.answer()).split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
  });

  it('is cut off when it stands still', async () => {
    const api = await startReal({ STALL_TIMEOUT_S: '1' });
    const standing = await begin(api);
    standing.send('x'.repeat(100));
    await standing.ended();
    expect(await counted(api.baseUrl, 'tams_http_connections_cut_off_total', 'stalled_transfer')).toBe(1);
  });
});

describe('a request that takes too long', () => {
  it('is given up with 503, and the connection goes on', async () => {
    let finish: (document: string) => void = () => undefined;
    const slow = new Promise<string>((resolve) => (finish = resolve));
    let logged = '';
    const logger = createLogger('debug', { write: (line) => (logged += line) });
    const { baseUrl, operation } = await startLimited({ requestTimeoutMs: 300 }, () => slow, logger);
    const client = await connectTo(baseUrl);
    client.send(`GET ${FLOW}?access_token=hush HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer hush\r\n\r\n`);
    const answer = await client.answer();
    expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1\r\n/);
    expect(answer).toContain('deadline_exceeded');
    finish('{}');
    await sleep(50);
    client.send('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await expect.poll(() => client.statuses).toEqual([503, 200]);
    expect(await valueOf(operation.requestMetrics, 'tams_http_requests_refused_total', 'timeout')).toBe(1);
    expect(logged).toContain('a request took too long and was given up');
    expect(logged).not.toContain('hush');
  });
});

describe('too many requests at once', () => {
  it('are answered 503 with Retry-After, and the probes with 200', async () => {
    const finishing: (() => void)[] = [];
    const slow = () => new Promise<string>((resolve) => finishing.push(() => resolve('{}')));
    const { baseUrl } = await startLimited({ inFlightMax: 5 }, slow);
    const taken = Array.from({ length: 5 }, () => call(baseUrl, 'GET', FLOW));
    await expect.poll(() => finishing.length).toBe(5);
    const refused = await call(baseUrl, 'GET', FLOW, { headers: { origin: 'https://player.example' } });
    expect([refused.status, typeOf(refused), refused.headers.get('retry-after')]).toEqual([503, 'overloaded', '1']);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    for (const path of ['/livez', '/readyz', '/health', '/metrics']) {
      expect((await call(baseUrl, 'GET', path)).status, path).toBe(200);
    }
    for (const finish of finishing) finish();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const next = call(baseUrl, 'GET', FLOW);
    await expect.poll(() => finishing.length).toBe(6);
    finishing[5]?.();
    expect((await next).status).toBe(200);
  });

  it('do not count those whose clients went away', async () => {
    const { baseUrl, operation } = await startLimited({ inFlightMax: 5 }, () => new Promise(() => undefined));
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectTo(baseUrl)));
    for (const client of clients) client.send(`GET ${FLOW} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    await expect.poll(async () => (await call(baseUrl, 'GET', FLOW)).status).toBe(503);
    for (const client of clients) client.close();
    await expect.poll(() => valueOf(operation.requestMetrics, 'tams_http_requests_aborted_total')).toBe(5);
    expect((await call(baseUrl, 'GET', '/nowhere')).status).toBe(404);
  });
});

describe('too many connections', () => {
  it('are closed at once, and there is room again when others end', async () => {
    // Each of several processes has a part of them.
    const { baseUrl } = await startReal({ MAX_CONNECTIONS: '3' }, { inProcess: 'one process' });
    const clients = [await connectTo(baseUrl), await connectTo(baseUrl), await connectTo(baseUrl)];
    const extra = await connectTo(baseUrl);
    extra.send('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await extra.ended();
    expect(extra.received).toBe('');
    for (const client of clients) client.close();
    await expect
      .poll(() => counted(baseUrl, 'tams_http_connections_cut_off_total', 'max_connections').catch(() => 0))
      .toBeGreaterThan(0);
  });
});

describe('RATE_LIMIT_PER_S', () => {
  it('bounds what one client may send in a second, and not the probes', async () => {
    const { baseUrl } = await startReal({ RATE_LIMIT_PER_S: '5' });
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(baseUrl, 'GET', '/service')));
    // A window begins with its first request.
    const windows = Math.floor((performance.now() - began) / 1000) + 1;
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(5);
    expect(answers.length - refused.length).toBeLessThanOrEqual(5 * windows);
    const first = firstOf(refused);
    expect([typeOf(first), first.headers.get('retry-after')]).toEqual(['rate_limited', '1']);
    const probes = await Promise.all(Array.from({ length: 20 }, () => call(baseUrl, 'GET', '/livez')));
    expect(new Set(probes.map(({ status }) => status))).toEqual(new Set([200]));
    await sleep(1100);
    expect((await call(baseUrl, 'GET', '/service')).status).toBe(200);
    await sleep(1100);
    expect(await counted(baseUrl, 'tams_http_requests_refused_total', 'rate_limit')).toBe(refused.length);
  });

  it('counts the /64 of an IPv6 client as one', async () => {
    const { baseUrl } = await startReal({ RATE_LIMIT_PER_S: '5', TRUST_PROXY: 'true', AUTH_MODE: 'none' });
    const refusedOf = async (addressOf: (n: number) => string): Promise<number> => {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          call(baseUrl, 'GET', '/service', { headers: { 'x-forwarded-for': addressOf(n) } }),
        ),
      );
      return answers.filter(({ status }) => status === 429).length;
    };
    expect(await refusedOf((n) => `2001:db8:1:${n.toString(16)}::1`)).toBe(0);
    expect(await refusedOf((n) => `2001:db8:2:1:${n.toString(16)}::1`)).toBeGreaterThan(0);
  });
});

async function valueOf(
  metrics: { sources(): readonly { name: string; type: string; read(): unknown }[] },
  name: string,
  reason?: string,
): Promise<number | undefined> {
  const source = metrics.sources().find((each) => each.name === name);
  const samples = (await source?.read()) as { value: number; labels?: { reason?: string } }[];
  return samples.find(({ labels }) => labels?.reason === reason)?.value;
}
