import { describe, expect, it } from 'vitest';
import { hang, hangUp, ok, status } from './scripted-server.ts';
import {
  begin,
  deadUrl,
  failureOf,
  first,
  open,
  read,
  requests,
  second,
  servers,
  transport,
  write,
  useScriptedServers,
} from './transport-fixture.ts';

useScriptedServers();

describe('what is sent again', () => {
  it.each([
    [read, 503],
    [write, 503],
    [begin, 503],
    [write, 429],
  ] as const)('any request that gets SlowDown (%o, %i)', async (request, code) => {
    const busy = status(code, 'SlowDown', 'Please reduce your request rate.');
    open({ endpoints: [first().url] });
    first().answerWith(busy, busy, ok('well'));
    expect((await (await transport.request(request)).buffer()).toString()).toBe('well');
    expect(requests()).toBe(3);
    expect(transport.endpoints.statistics()[0]).toMatchObject({ errors: 0, state: 'healthy' });
  });

  it('SlowDown ends as unavailable when the budget is used up', async () => {
    first().answerWith(status(503, 'SlowDown'));
    open({ endpoints: [first().url], limits: { budgetMs: 2_000 } });
    expect(await failureOf(transport.request(write))).toMatchObject({ kind: 'unavailable', status: 503 });
    expect(requests()).toBeGreaterThan(1);
  });

  it.each([
    ['breaks the connection', hangUp],
    ['says that it is going away', status(503, 'ServiceUnavailable')],
    ['fails by itself', status(500, 'InternalError')],
    ['does not answer in time', hang],
  ])('a GET, to another endpoint, when one %s', async (_what, answer) => {
    first().answerWith(answer);
    second().answerWith(ok('well'));
    for (let i = 0; i < 4; i += 1) {
      open({ limits: answer === hang ? { silenceMs: 1_500 } : {} });
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
    open({ limits: answer === hang ? { silenceMs: 300 } : {} });
    const error = await failureOf(transport.request(write));
    expect(error).toMatchObject({ kind: 'unavailable', mayBeDone: true, status: undefined });
    expect(requests()).toBe(1);
  });

  it.each([500, 503])('never a write that got %i without being asked to wait', async (code) => {
    for (const server of servers) server.answerWith(status(code, 'Failed'));
    open();
    expect(await failureOf(transport.request(write))).toMatchObject({ kind: 'unavailable', status: code });
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
