import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/operation/logger.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { appOver } from '../../support/app.ts';

const ID = '6101df05-06bb-41b8-8af4-cf7cd33df209';
const SHAPE = ['message', 'request_id', 'summary', 'time', 'type'];

function failing(error: unknown, lines: string[] = []) {
  const logger = createLogger('debug', { write: (line) => lines.push(line) });
  const get = async () => {
    throw error;
  };
  return appOver({ flows: { shown: get } }, {}, logger);
}

describe('errors', () => {
  it('have one shape: code, summary, time, message, request id', async () => {
    const app = await failing(new AppError('flow_read_only', 'The flow is read-only'));
    const response = await app.inject({ url: `/flows/${ID}`, headers: { 'x-request-id': 'mine-1' } });
    expect(response.statusCode).toBe(403);
    const body = response.json<Record<string, string>>();
    expect(Object.keys(body).sort()).toEqual(SHAPE);
    expect(body).toMatchObject({
      type: 'flow_read_only',
      summary: 'The flow is read-only',
      message: 'The flow is read-only',
      request_id: 'mine-1',
    });
    expect(Math.abs(Date.parse(body['time'] ?? '') - Date.now())).toBeLessThan(10_000);
    expect(response.headers['x-request-id']).toBe('mine-1');
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('that are defects answer 500 without their cause, which goes to the log with its stack', async () => {
    const lines: string[] = [];
    const app = await failing(new TypeError('secret detail'), lines);
    const response = await app.inject({ url: `/flows/${ID}?access_token=hush` });
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ type: 'internal_error' });
    expect(response.body).not.toContain('secret detail');
    const logged = lines.find((line) => line.includes('secret detail')) ?? '';
    expect(logged).toContain('errors.test.ts');
    expect(logged).toContain(String(response.headers['x-request-id']));
    expect(lines.join()).not.toContain('hush');
  });

  it.each([[undefined], ['text'], [null]])('that are %j instead of an error answer 500 too', async (thrown) => {
    const response = await (await failing(thrown)).inject({ url: `/flows/${ID}` });
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ type: 'internal_error' });
  });

  it('that will pass say when to come back', async () => {
    const app = await failing(new AppError('tables_unavailable', 'Busy', { retryAfterS: 7 }));
    const response = await app.inject({ url: `/flows/${ID}` });
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('7');
  });

  it.each([
    ['GET', '/nowhere', 404, 'not_found'],
    ['PATCH', '/flows', 405, 'method_not_allowed'],
    ['POST', '/', 405, 'method_not_allowed'],
    ['DELETE', `/flows/${ID}/read_only`, 405, 'method_not_allowed'],
    ['GET', '/objects/%E0%A4%A', 400, 'invalid_request'],
    ['GET', `/flows/${ID}/tags/%zz`, 400, 'invalid_request'],
  ] as const)('of %s %s are %d %s', async (method, url, status, type) => {
    const response = await (await appOver({})).inject({ method, url });
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ type, request_id: response.headers['x-request-id'] });
    if (status === 405) expect(response.headers.allow).toMatch(/GET/);
  });

  it('of what is not HTTP have the same shape', async () => {
    const app = await appOver({});
    await app.listen({ host: '127.0.0.1', port: 0 });
    try {
      const { port } = app.server.address() as AddressInfo;
      const answerTo = async (request: string): Promise<[string, Record<string, string>]> => {
        const socket = connect(port, '127.0.0.1');
        socket.write(request);
        const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
        return [head.split('\r\n')[0] ?? '', JSON.parse(body) as Record<string, string>];
      };
      const [garbage, garbageBody] = await answerTo('NOT HTTP\r\n\r\n');
      expect(garbage).toBe('HTTP/1.1 400 Bad Request');
      expect(Object.keys(garbageBody).sort()).toEqual(SHAPE);
      const [tooLong, tooLongBody] = await answerTo(`GET /objects/${'x'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`);
      expect(tooLong).toBe('HTTP/1.1 431 Request Header Fields Too Large');
      expect(tooLongBody['type']).toBe('invalid_request');
    } finally {
      await app.close();
    }
  });
});

describe('a client that breaks off its body', () => {
  it('is no failure of the server', async () => {
    const lines: string[] = [];
    const app = await appOver({}, {}, createLogger('debug', { write: (line) => lines.push(line) }));
    await app.listen({ host: '127.0.0.1', port: 0 });
    try {
      const { port } = app.server.address() as AddressInfo;
      const socket = connect(port, '127.0.0.1');
      const arrived = once(app.server, 'request');
      socket.write(
        `PUT /flows/${ID} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"id":`,
      );
      await arrived;
      socket.destroy();
      await expect.poll(() => lines.join()).toContain('broke off');
      const levels = lines.map((line) => (JSON.parse(line) as { level: number | string }).level);
      expect(levels).not.toContain(50);
      expect(levels).not.toContain('error');
      expect(lines.join()).not.toContain('internal_error');
    } finally {
      await app.close();
    }
  });

  it('is not what a connection of ours is that breaks off', async () => {
    const app = await failing(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    expect((await app.inject(`/flows/${ID}`)).json()).toMatchObject({ type: 'internal_error' });
  });
});

describe('a server that closes', () => {
  it('serves what still comes in on connections that are open, and ends those', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const get = async (): Promise<string> => {
      await held;
      return '{}';
    };
    const app = await appOver({ flows: { shown: get } });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    const answers = text(socket);
    const closing = new Promise<void>((resolve) => {
      app.server.once('request', ({ socket: ours }: IncomingMessage) => {
        // The connection is busy, so it stays open; what comes behind on it is late.
        void app.close().then(resolve);
        const before = ours.bytesRead;
        const releaseOnceRead = (): void => {
          if (ours.bytesRead > before) release();
          else setImmediate(releaseOnceRead);
        };
        socket.write(`GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n`, releaseOnceRead);
      });
    });
    socket.write(`GET /flows/${ID} HTTP/1.1\r\nhost: a\r\n\r\n`);
    const received = await answers;
    await closing;
    const [, first = '', late = ''] = received.split('HTTP/1.1 ');
    expect(first).toMatch(/^200 OK/);
    expect(late).toMatch(/^404 Not Found/);
    expect(late).toMatch(/connection: close/i);
    expect(Object.keys(JSON.parse(late.split('\r\n\r\n')[1] ?? '') as object).sort()).toEqual(SHAPE);
  });
});

describe('request ids', () => {
  it('are made where none comes, each another', async () => {
    const app = await appOver({});
    const ids = await Promise.all([1, 2, 3].map(async () => (await app.inject('/')).headers['x-request-id']));
    expect(new Set(ids).size).toBe(3);
  });

  it.each(['', 'a b', 'x'.repeat(129), 'a"b', '<script>'])('%j is not fit to be one', async (id) => {
    const response = await (await appOver({})).inject({ url: '/', headers: { 'x-request-id': id } });
    expect(response.headers['x-request-id']).not.toBe(id);
  });
});
