import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ClusterTransport,
  type ClusterTransportOptions,
} from '../../../../src/vastdb/engines/vast/transport/cluster-transport.ts';
import { VastError } from '../../../../src/vastdb/engines/vast/transport/vast-error.ts';
import type { VastRequest } from '../../../../src/vastdb/engines/vast/transport/vast-transport.ts';
import { TableError } from '../../../../src/vastdb/table-error.ts';
import { hang, hangUp, ok, partOf, type ScriptedServer, startScriptedServer, status } from './scripted-server.ts';

const secretKey = 'never-to-be-seen-0123456789';
const read: VastRequest = {
  method: 'GET',
  path: ['bucket', 'schema', 'table'],
  query: { data: null },
  transactionId: '7',
  body: Buffer.from('relation'),
  kind: 'read',
};
const write: VastRequest = { ...read, method: 'POST', query: { rows: null }, body: Buffer.from('rows'), kind: 'write' };
const begin: VastRequest = {
  method: 'POST',
  path: [],
  query: { transaction: null },
  transactionId: '0',
  kind: 'write',
  repeatable: true,
};

let servers: ScriptedServer[] = [];
let transport: ClusterTransport;

function open(options: Partial<ClusterTransportOptions> = {}): ClusterTransport {
  transport.close();
  transport = new ClusterTransport({
    endpoints: servers.map(({ url }) => url),
    accessKey: 'access',
    secretKey,
    ...options,
    limits: { connectMs: 500, silenceMs: 300, wholeMs: 1000, budgetMs: 2000, ...options.limits },
  });
  return transport;
}

async function failureOf(work: Promise<unknown>): Promise<VastError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TableError);
  return error as VastError;
}

const requests = (): number => servers.reduce((sum, { received }) => sum + received.length, 0);
const [first, second] = [(): ScriptedServer => at(0), (): ScriptedServer => at(1)];
function at(index: number): ScriptedServer {
  const server = servers[index];
  if (server === undefined) throw new Error('no such server');
  return server;
}
/** A port that nobody listens on. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

beforeEach(async () => {
  servers = [await startScriptedServer(), await startScriptedServer()];
  transport = new ClusterTransport({ endpoints: servers.map(({ url }) => url), accessKey: 'access', secretKey });
});
afterEach(async () => {
  transport.close();
  await Promise.all(servers.map((server) => server.close()));
});

describe('a request', () => {
  it('is sent signed, with the headers of the protocol, also as a GET with a body', async () => {
    open({ endpoints: [first().url] });
    first().answerWith(ok('answer', { 'tabular-x': 'y' }));
    const response = await transport.request({ ...read, headers: { 'tabular-limit-rows': '5' } });
    expect(response.status).toBe(200);
    expect(response.headers['tabular-x']).toBe('y');
    expect((await response.buffer()).toString()).toBe('answer');
    const [sent] = first().received;
    expect(sent).toMatchObject({ method: 'GET', url: '/bucket/schema/table?data', body: 'relation' });
    expect(sent?.headers).toMatchObject({
      host: new URL(first().url).host,
      'content-length': '8',
      'tabular-txid': '7',
      'tabular-api-version-id': '1',
      'tabular-limit-rows': '5',
    });
    expect(sent?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=access\/\d{8}\/\/s3\/aws4_request, /);
  });

  it('states the length of an empty body, and sends no tabular headers without a transaction', async () => {
    open({ endpoints: [first().url] });
    await transport.request(begin);
    await transport.request({ method: 'HEAD', path: ['bucket'], query: {}, kind: 'read' });
    const [posted, checked] = first().received;
    expect(posted?.headers['content-length']).toBe('0');
    expect(posted?.headers['tabular-txid']).toBe('0');
    expect(Object.keys(checked?.headers ?? {}).filter((name) => name.startsWith('tabular-'))).toEqual([]);
    expect(checked?.headers['content-length']).toBeUndefined();
  });

  it('uses a connection again', async () => {
    open({ endpoints: [first().url] });
    for (let i = 0; i < 5; i += 1) await (await transport.request(read)).buffer();
    expect(new Set(first().received.map(({ socket }) => socket.remotePort)).size).toBe(1);
  });

  it('streams a long answer', async () => {
    const pieces = Array.from({ length: 50 }, (_, index) => String(index % 10).repeat(10_000));
    first().answerWith((response) => {
      response.writeHead(200);
      for (const piece of pieces) response.write(piece);
      response.end();
    });
    open({ endpoints: [first().url] });
    const response = await transport.request(read);
    let text = '';
    for await (const piece of response.body) text += piece.toString();
    expect(text).toBe(pieces.join(''));
    expect(transport.endpoints.statistics()[0]).toMatchObject({ requests: 1, errors: 0, inFlight: 0 });
  });

  it('gives the connection up when the reader leaves early, and blames nobody', async () => {
    first().answerWith(partOf('x'.repeat(100_000), 'hangs'));
    open({ endpoints: [first().url] });
    const { body } = await transport.request(read);
    for await (const piece of body) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => transport.endpoints.statistics()[0]).toMatchObject({ errors: 0, inFlight: 0 });
  });

  it('ends with the reason of its signal', async () => {
    first().answerWith(hang);
    open({ endpoints: [first().url] });
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const pending = transport.request(read, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(pending).rejects.toBe(reason);
    expect(transport.endpoints.statistics()[0]?.errors).toBe(0);
  });
});

describe('an answer that is not 200', () => {
  it.each([
    [400, 'BadRequest', 'invalid'],
    [403, 'SignatureDoesNotMatch', 'unavailable'],
    [404, 'NoSuchTable', 'invalid'],
    [409, 'TabularConflict', 'conflict'],
    [500, 'InternalError', 'unavailable'],
    [501, 'NotImplemented', 'invalid'],
    [507, 'InsufficientCapacity', 'full'],
  ] as const)('%i %s is an error of the kind %3$s, and not sent again', async (code, name, kind) => {
    for (const server of servers) server.answerWith(status(code, name, 'it said &amp; so'));
    open();
    const error = await failureOf(transport.request(read));
    expect(error).toBeInstanceOf(VastError);
    expect(error).toMatchObject({ kind, status: code, code: name, mayBeDone: false });
    expect(error.message).toContain(`${name}: it said & so`);
    expect(requests()).toBe(1);
    expect(transport.endpoints.statistics().map(({ errors }) => errors)).toEqual([0, 0]);
  });

  it('comes back as it is for the handshake and the bucket check', async () => {
    open({ endpoints: [first().url] });
    first().answerWith(status(403, 'AccessDenied'));
    const handshake: VastRequest = { method: 'GET', path: [], query: { transaction: null }, kind: 'read' };
    expect((await transport.request(handshake)).status).toBe(403);
    first().answerWith(status(404));
    expect((await transport.request({ ...handshake, method: 'HEAD', path: ['b'], query: {} })).status).toBe(404);
  });

  it('may have any text', async () => {
    for (const text of ['<', '<Error><Code>', 'plain', '<Error/>', '<a>'.repeat(1000), '\0']) {
      first().answerWith((response) => {
        response.writeHead(400);
        response.end(text);
      });
      open({ endpoints: [first().url] });
      expect(await failureOf(transport.request(read))).toMatchObject({ kind: 'invalid', status: 400 });
    }
  });
});

describe('what is sent again', () => {
  it.each([read, write, begin])('any request that gets SlowDown ($method)', async (request) => {
    const busy = status(503, 'SlowDown', 'Please reduce your request rate.');
    open({ endpoints: [first().url] });
    first().answerWith(busy, busy, ok('well'));
    expect((await (await transport.request(request)).buffer()).toString()).toBe('well');
    expect(requests()).toBe(3);
    expect(transport.endpoints.statistics()[0]).toMatchObject({ errors: 0, state: 'healthy' });
  });

  it('SlowDown ends as unavailable when the budget is used up', async () => {
    first().answerWith(status(503, 'SlowDown'));
    open({ endpoints: [first().url], limits: { budgetMs: 200 } });
    const started = performance.now();
    expect(await failureOf(transport.request(write))).toMatchObject({ kind: 'unavailable', status: 503 });
    expect(performance.now() - started).toBeLessThan(1500);
    expect(requests()).toBeGreaterThan(1);
  });

  it.each([
    ['breaks the connection', hangUp],
    ['says that it is going away', status(503, 'ServiceUnavailable')],
    ['does not answer in time', hang],
  ])('a GET, to another endpoint, when one %s', async (_what, answer) => {
    first().answerWith(answer);
    second().answerWith(ok('well'));
    for (let i = 0; i < 4; i += 1) {
      open();
      expect((await (await transport.request(read)).buffer()).toString()).toBe('well');
    }
    expect(second().received).toHaveLength(4);
  });

  it('a GET whose short answer breaks off', async () => {
    open({ endpoints: [first().url] });
    const broken = (response: import('node:http').ServerResponse): void => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    };
    first().answerWith(broken, ok('whole'));
    expect((await (await transport.request(read)).buffer()).toString()).toBe('whole');
  });

  it.each([
    ['breaks the connection', hangUp],
    ['does not answer in time', hang],
  ])('never a write that may have been done: one %s', async (_what, answer) => {
    for (const server of servers) server.answerWith(answer);
    open();
    const error = await failureOf(transport.request(write));
    expect(error).toMatchObject({ kind: 'unavailable', mayBeDone: true, status: undefined });
    expect(requests()).toBe(1);
  });

  it('never a write that got another 503', async () => {
    for (const server of servers) server.answerWith(status(503, 'ServiceUnavailable'));
    open();
    expect(await failureOf(transport.request(write))).toMatchObject({ kind: 'unavailable', status: 503 });
    expect(requests()).toBe(1);
  });

  it('a write that could not be sent at all, and one that is harmless twice', async () => {
    second().answerWith(ok('well'));
    open({ endpoints: [await deadUrl(), second().url] });
    for (let i = 0; i < 4; i += 1) {
      expect((await (await transport.request(write)).buffer()).toString()).toBe('well');
    }
    first().answerWith(hangUp);
    for (let i = 0; i < 4; i += 1) {
      open();
      expect((await (await transport.request(begin)).buffer()).toString()).toBe('well');
    }
  });
});

describe('an answer that stops', () => {
  it.each(['breaksOff', 'hangs'] as const)('is an error of its endpoint: it %s', async (then) => {
    first().answerWith(partOf('x'.repeat(70_000), then));
    open({ endpoints: [first().url] });
    const response = await transport.request(read);
    const error = await failureOf(response.buffer());
    expect(error).toMatchObject({ kind: 'unavailable', mayBeDone: true });
    expect(error.message).toContain('GET /bucket/schema/table?data');
    await expect.poll(() => transport.endpoints.statistics()[0]).toMatchObject({ errors: 1, inFlight: 0 });
  });

  it('is cut off at the deadline of the whole, however often it says a little', async () => {
    first().answerWith((response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 30);
      response.on('close', () => clearInterval(timer));
    });
    open({ endpoints: [first().url], limits: { wholeMs: 400 } });
    const started = performance.now();
    await failureOf((await transport.request(read)).buffer());
    expect(performance.now() - started).toBeGreaterThan(300);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('may wait for its reader as long as it likes', async () => {
    first().answerWith((response) => {
      response.writeHead(200);
      response.write('a'.repeat(200_000));
      response.end('b');
    });
    open({ endpoints: [first().url], limits: { silenceMs: 50 } });
    let length = 0;
    for await (const piece of (await transport.request(read)).body) {
      length += piece.length;
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
    expect(length).toBe(200_001);
  });
});

describe('a cluster whose endpoints are all gone', () => {
  it('answers at once, says when to come again, and recovers by itself', async () => {
    const endpointOptions = { retryBaseMs: 150, retryMaxMs: 150, jitter: () => 0 };
    const gone = await startScriptedServer();
    const { port } = new URL(gone.url);
    await gone.close();
    open({ endpoints: [gone.url], endpointOptions });
    await failureOf(transport.request(read));
    const started = performance.now();
    const error = await failureOf(transport.request(write));
    expect(performance.now() - started).toBeLessThan(50);
    expect(error.kind).toBe('unavailable');
    expect(error.retryAfterMs).toBeGreaterThan(0);
    const back = (await import('node:http')).createServer((_request, response) => response.end('back'));
    await new Promise<void>((resolve) => back.listen(Number(port), '127.0.0.1', resolve));
    await expect.poll(async () => (await (await transport.request(read)).buffer()).toString()).toBe('back');
    back.closeAllConnections();
    await new Promise((resolve) => back.close(resolve));
  });

  it('one of several that comes back is found beside the requests', async () => {
    const endpointOptions = { errorsUntilDown: 1, retryBaseMs: 30, retryMaxMs: 30, jitter: () => 0 };
    open({ endpointOptions });
    first().answerWith(hangUp);
    for (let i = 0; i < 6; i += 1) await (await transport.request(read)).buffer();
    const isDown = (): boolean => transport.endpoints.statistics().some(({ state }) => state === 'down');
    expect(isDown()).toBe(true);
    first().answerWith(ok());
    await expect
      .poll(async () => {
        await (await transport.request(read)).buffer();
        return isDown();
      })
      .toBe(false);
  });
});

describe('secrets', () => {
  it('are in no error, not even when it is inspected', async () => {
    for (const server of servers) server.answerWith(status(403, 'SignatureDoesNotMatch'));
    open();
    const refused = await failureOf(transport.request(write));
    for (const server of servers) server.answerWith(hangUp);
    const broken = await failureOf(transport.request(write));
    open({ endpoints: [await deadUrl()] });
    const unreachable = await failureOf(transport.request(write));
    for (const error of [refused, broken, unreachable]) {
      const everything = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + String(error.stack);
      expect(everything).not.toContain(secretKey);
      expect(everything).not.toContain('AWS4-HMAC-SHA256');
      expect(everything).not.toMatch(/Signature=/);
    }
  });
});
