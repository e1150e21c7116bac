import { describe, expect, it } from 'vitest';
import { hangUp, ok, partOf, startScriptedServer } from './scripted-server.ts';
import { failureOf, first, open, read, transport, write, useScriptedServers } from './transport-fixture.ts';

useScriptedServers();

describe('an answer that stops', () => {
  it.each(['breaksOff', 'hangs'] as const)('is an error of its endpoint: it %s', async (then) => {
    first().answerWith(partOf('x'.repeat(70_000), then));
    open({ endpoints: [first().url], limits: then === 'hangs' ? { silenceMs: 300 } : {} });
    const response = await transport.request(read);
    const error = await failureOf(response.buffer());
    expect(error).toMatchObject({ kind: 'unavailable', mayBeDone: true });
    expect(error.message).toContain('GET /bucket/schema/table?data');
    await expect.poll(() => transport.endpoints.statistics()[0]).toMatchObject({ errors: 1, inFlight: 0 });
  });

  it('makes its endpoint one that is down, when it happens again and again', async () => {
    first().answerWith(partOf('x'.repeat(70_000), 'breaksOff'));
    open({ endpoints: [first().url] });
    for (let i = 0; i < 3; i += 1) await failureOf((await transport.request(read)).buffer());
    expect(transport.endpoints.statistics()[0]).toMatchObject({ state: 'down', errors: 3 });
  });

  it('is cut off at the deadline of the whole, however often it says a little', async () => {
    first().answerWith((response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 30);
      response.on('close', () => clearInterval(timer));
    });
    open({ endpoints: [first().url], limits: { wholeMs: 400 } });
    const started = performance.now();
    // It would not end by itself.
    await failureOf((await transport.request(read)).buffer());
    expect(performance.now() - started).toBeGreaterThan(300);
  });

  it.each(['silenceMs', 'wholeMs'])('may wait for its reader as long as it likes, whatever %s', async (limit) => {
    first().answerWith((response) => {
      response.writeHead(200);
      // More than lies in buffers: the rest comes after the reader went on, and a little later.
      response.write('a'.repeat(20_000_000), () => setTimeout(() => response.end('b'), 50));
    });
    open({ endpoints: [first().url], limits: { [limit]: 2_000 } });
    let length = 0;
    for await (const piece of (await transport.request(read)).body) {
      if (length === 0) await new Promise((resolve) => setTimeout(resolve, 2_200));
      length += piece.length;
    }
    expect(length).toBe(20_000_001);
    expect(transport.endpoints.statistics()[0]).toMatchObject({ errors: 0 });
  });

  it('is an error where the endpoint changes the protocol instead', async () => {
    first().answerWith((_response, { socket }) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n');
    });
    open({ endpoints: [first().url] });
    const failed = failureOf(transport.request(write));
    const error = await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 10_000, 'hangs'))]);
    expect(error).toMatchObject({ kind: 'unavailable', mayBeDone: true });
    await expect.poll(() => transport.endpoints.statistics()[0]).toMatchObject({ errors: 1, inFlight: 0 });
  });
});

describe('a cluster whose endpoints are all gone', () => {
  it('answers at once, says when to come again, and recovers by itself', async () => {
    const endpointOptions = { backoff: { baseMs: 150, maxMs: 150, jitter: 0 } };
    const gone = await startScriptedServer();
    const { port } = new URL(gone.url);
    await gone.close();
    open({ endpoints: [gone.url], endpointOptions });
    await failureOf(transport.request(read));
    const error = await failureOf(transport.request(write));
    expect(error.kind).toBe('unavailable');
    expect(error.retryAfterMs).toBeGreaterThan(0);
    const back = (await import('node:http')).createServer((_request, response) => response.end('back'));
    await new Promise<void>((resolve) => back.listen(Number(port), '127.0.0.1', resolve));
    await expect.poll(async () => (await (await transport.request(read)).buffer()).toString()).toBe('back');
    back.closeAllConnections();
    await new Promise((resolve) => back.close(resolve));
  });

  it('one of several that comes back is found beside the requests', async () => {
    const endpointOptions = { errorsUntilDown: 1, backoff: { baseMs: 30, maxMs: 30, jitter: 0 } };
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
