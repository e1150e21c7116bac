import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpEmbedder } from '../../../src/features/search/providers/embedders.ts';
import { HashingEmbedder } from '../../../src/features/search/rules/embedding.ts';
import { InferenceServer } from '../../support/search/inference-server.ts';

let server: InferenceServer;
beforeEach(async () => {
  server = await InferenceServer.start();
});
afterEach(() => server.close());

const embedder = (dimension = 384): HttpEmbedder =>
  new HttpEmbedder({ url: server.url, model: 'some-model', dimension, apiKey: 'sk-secret' });

describe('the embedder over HTTP', () => {
  it('gives each text its own vector, of unit length, whatever the order of the answer', async () => {
    const texts = ['the first', 'another one', 'words apart'];
    const vectors = await embedder().embed(texts);
    const wanted = await new HashingEmbedder().embed(texts);
    expect(vectors).toHaveLength(3);
    vectors.forEach((vector, index) => {
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      for (const [at, element] of vector.entries()) expect(element).toBeCloseTo(wanted[index]?.[at] ?? NaN, 5);
    });
    expect(server.embedded).toEqual([texts]);
  });

  it('asks nothing for no texts', async () => {
    expect(await embedder().embed([])).toEqual([]);
    expect(server.embedded).toEqual([]);
  });

  it.each([
    [429, true],
    [500, true],
    [400, false],
    [401, false],
  ])('maps %s to whether another attempt may help', async (status, retryable) => {
    server.embeddingFailures = [{ status, body: 'sk-secret' }];
    await expect(embedder().embed(['a'])).rejects.toMatchObject({
      code: 'embedding_failed',
      retryable,
      message: expect.not.stringContaining('sk-secret') as string,
    });
  });

  it.each([
    ['another dimension', '{"data":[{"index":0,"embedding":[1,2]}]}', '2 elements'],
    ['no list', '{"data":{}}', '1 texts'],
    ['no JSON', '<html>', '1 texts'],
    ['what is no number', '{"data":[{"index":0,"embedding":["a"]}]}', 'no list of numbers'],
    ['a number beyond single precision', '{"data":[{"index":0,"embedding":[1,1e39,0]}]}', 'no list of numbers'],
    ['a vector of no text', '{"data":[{"index":7,"embedding":[1]}]}', 'no text'],
  ])('refuses %s', async (_what, body, problem) => {
    server.embeddingFailures = [{ status: 200, body }];
    await expect(embedder(3).embed(['a'])).rejects.toMatchObject({
      retryable: false,
      recommendedAction: 'fix_configuration',
      message: expect.stringContaining(problem) as string,
    });
  });

  it('fails, and does not wait for ever, when the server answers that it changes the protocol', async () => {
    const answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n';
    const raw = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(answer));
    });
    await once(raw.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(raw.address() as AddressInfo).port}`;
    try {
      await expect(new HttpEmbedder({ url, model: 'some-model', dimension: 3 }).embed(['a'])).rejects.toMatchObject({
        code: 'embedding_failed',
        retryable: true,
      });
    } finally {
      raw.close();
    }
  });

  it('says of an answer that is too long that it is, and not that there was none', async () => {
    server.embeddingFailures = [{ status: 200, body: ' '.repeat(64 * 2 ** 20 + 1) }];
    await expect(embedder(3).embed(['a'])).rejects.toMatchObject({
      code: 'embedding_failed',
      retryable: false,
      message: expect.stringContaining('longer than') as string,
    });
  });
});
