import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from './behaviour/support/api.ts';
import { InferenceServer } from '../support/search/inference-server.ts';
import { ObjectWorld, vtt } from '../support/search/object-world.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let dataDir: string;
let inference: InferenceServer;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'search-watch-'));
  inference = await InferenceServer.start();
});
afterEach(async () => {
  await inference.close();
  await rm(dataDir, { recursive: true });
});

const transcribing = (): Record<string, string> => ({
  SEARCH_TRANSCRIBER: 'http',
  SEARCH_TRANSCRIPTION_URL: inference.url,
  SEARCH_TRANSCRIPTION_MODEL: 'whisper-test',
});

const start = (env: Record<string, string>): Promise<TestServer> => startTestServer({ dataDir, env });

const keysFound = async (world: ObjectWorld, q: string): Promise<string[]> =>
  (await world.api.search({ q, type: 'keyword' })).hits.map(({ asset }) => asset.key);

describe('a watched bucket', () => {
  it('is indexed without any event, and what came while the server was down afterwards', async () => {
    const watching = { SEARCH_WATCH: 'local', SEARCH_WATCH_INTERVAL_S: '1' };
    let server = await start(watching);
    try {
      const world = await ObjectWorld.open(server.baseUrl);
      const key = await world.put('watched.mp4', randomBytes(100));
      await world.put('watched.vtt', vtt('A bittern booms.'));
      await world.becomes(key, { status: 'indexed' });
      expect(await keysFound(world, 'bittern')).toEqual([key]);
      await server.close();

      server = await start({});
      const unwatched = await ObjectWorld.open(server.baseUrl);
      const later = await unwatched.put('later.mp4', randomBytes(100));
      await unwatched.put('later.srt', '1\n00:00:00,000 --> 00:00:01,000\nA corncrake rasps.\n');
      await server.close();

      server = await start(watching);
      const again = await ObjectWorld.open(server.baseUrl);
      await again.becomes(later, { status: 'indexed' });
      expect(await keysFound(again, 'corncrake')).toEqual([later]);
      expect(await keysFound(again, 'bittern')).toEqual([key]);
    } finally {
      await server.close();
    }
  });
});

describe('a server that stops', () => {
  it('hands its jobs back, uncounted, and the next one does them', async () => {
    let server = await start(transcribing());
    try {
      const world = await ObjectWorld.open(server.baseUrl);
      const medium = randomBytes(100);
      const segments = [{ start: 0, end: 1, text: 'A nightjar churrs.' }];
      inference.transcripts.set(createHash('sha256').update(medium).digest('hex'), { segments });
      inference.holdTranscriptions = new Promise(() => undefined);
      const key = await world.put('held.mp4', medium);
      await world.notify(key);
      await until(async () => (inference.forms.length > 0 ? true : undefined));
      const began = performance.now();
      await server.close();
      expect(performance.now() - began).toBeLessThan(10_000);

      inference.holdTranscriptions = undefined;
      server = await start(transcribing());
      const next = await ObjectWorld.open(server.baseUrl);
      // Not after the lease of the stopped server: at once, and as a first attempt.
      expect(await next.becomes(key, { status: 'indexed' })).toMatchObject({ attempt: 1 });
      expect(await keysFound(next, 'nightjar')).toEqual([key]);
    } finally {
      await server.close();
    }
  });
});

describe('SEARCH=false', () => {
  it('has no routes and no workers of media search', async () => {
    const server = await start({ SEARCH: 'false' });
    try {
      expect((await fetch(`${server.baseUrl}/search?q=a`)).status).toBe(404);
      const { workers } = (await (await fetch(`${server.baseUrl}/health`)).json()) as { workers: { name: string }[] };
      expect(workers.filter(({ name }) => name.startsWith('search'))).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
