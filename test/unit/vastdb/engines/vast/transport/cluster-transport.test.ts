import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { VastError } from '../../../../../../src/vastdb/engines/vast/transport/vast-error.ts';
import type { VastRequest } from '../../../../../../src/vastdb/engines/vast/transport/vast-request.ts';
import { hang, hangUp, ok, partOf, status } from './scripted-server.ts';
import {
  begin,
  deadUrl,
  failureOf,
  first,
  open,
  read,
  requests,
  secretKey,
  servers,
  transport,
  write,
  useScriptedServers,
} from './transport-fixture.ts';

useScriptedServers();

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
    const pending = transport.request({ ...read, signal: controller.signal });
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
    [408, 'RequestTimeout', 'unavailable'],
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
