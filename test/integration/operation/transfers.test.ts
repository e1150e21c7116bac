import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { Transfers } from '../../../src/http/limits/running-requests.ts';
import { RawClient } from './support/raw-client.ts';

/* Whose fault it is that a transfer stands still, over real connections; the time of day is the test's. */

const STALL_MS = 1000;
const LATER = 100 * STALL_MS;

/** A route that is a transfer from its first moment, answers with `answer`, and a client that has sent `request`. */
async function transferOf(request: string, answer: Promise<string>) {
  const app = Fastify();
  let stalled = 0;
  const transfers = new Transfers(STALL_MS, () => stalled++);
  const begun = Promise.withResolvers<ServerResponse>();
  app.addHook('onRequest', (_request, reply, next) => {
    transfers.add(reply, 0);
    begun.resolve(reply.raw);
    next();
  });
  app.all('/', () => answer);
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const client = await RawClient.open(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
  onTestFinished(() => client.close());
  client.send(request);
  return { client, transfers, response: await begun.promise, stalled: () => stalled };
}

it('an answer that is still being made is not cut off', async () => {
  const answer = Promise.withResolvers<string>();
  const { client, transfers, stalled } = await transferOf('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n', answer.promise);
  transfers.check(LATER);
  transfers.check(2 * LATER);
  answer.resolve('made at last');
  expect(await client.answer()).toContain('made at last');
  expect(stalled()).toBe(0);
});

it('an answer that its client does not take is cut off', async () => {
  const answer = Promise.withResolvers<string>();
  const request = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';
  const { client, transfers, response, stalled } = await transferOf(request, answer.promise);
  client.pause();
  answer.resolve('x'.repeat(30_000_000));
  await expect.poll(() => response.writableLength).toBeGreaterThan(0);
  // What the system has buffered counts as moved, once.
  transfers.check(LATER);
  transfers.check(2 * LATER);
  expect(stalled()).toBe(1);
});

it('an upload that does not go on is cut off', async () => {
  const request = 'PUT / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nx';
  const { client, transfers, stalled } = await transferOf(request, new Promise(() => undefined));
  transfers.check(LATER);
  await client.ended();
  expect(stalled()).toBe(1);
});
