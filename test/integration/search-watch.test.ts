import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueStats } from '../../src/features/search/rules/job.ts';
import type { VersionBody } from '../support/search/search-api.ts';
import { until } from './behaviour/support/api.ts';
import { InferenceServer } from '../support/search/inference-server.ts';
import { ObjectWorld, removeObject, vtt } from '../support/search/object-world.ts';
import { startTestServer, type TestServer, WORKERS } from '../support/test-server.ts';

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

const watching = { SEARCH_WATCH: 'local', SEARCH_WATCH_INTERVAL_S: '1' };

describe('a watched bucket', () => {
  it('is indexed without any event, and what came while the server was down afterwards', async () => {
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

      await removeObject(dataDir, key);
      await until(async () => ((await again.asset(key)) === undefined ? true : undefined));
      expect(await keysFound(again, 'bittern')).toEqual([]);
      expect(await keysFound(again, 'corncrake')).toEqual([later]);
    } finally {
      await server.close();
    }
  });

  it('is watched by another server when the one that did stops', async () => {
    const first = await start(watching);
    let second: TestServer | undefined;
    try {
      const world = await ObjectWorld.open(first.baseUrl);
      const early = await world.put('early.mp4', randomBytes(100));
      await world.put('early.vtt', vtt('A smew dives.'));
      await world.becomes(early, { status: 'indexed' });
      second = await start(watching);
      const other = await ObjectWorld.open(second.baseUrl);
      await first.close();
      const late = await other.put('late.mp4', randomBytes(100));
      await other.put('late.vtt', vtt('A goosander surfaces.'));
      await other.becomes(late, { status: 'indexed' });
      expect(await keysFound(other, 'goosander')).toEqual([late]);
    } finally {
      await first.close();
      await second?.close();
    }
  });
});

describe('what was kept for long enough', () => {
  it('is removed: replaced versions and done jobs, and nothing else', async () => {
    const retention = { SEARCH_RETENTION_S: '1' };
    let server = await start(retention);
    try {
      const world = await ObjectWorld.open(server.baseUrl);
      const key = await world.put('revised.mp4', randomBytes(100));
      // Else there would be a job later on, to look for one that uses it.
      await world.segment('revised.mp4', '[0:0_10:0)');
      const sidecar = await world.put('revised.vtt', vtt('A dunlin, it was said.'));
      await world.notify(key);
      await world.becomes(key, { status: 'indexed' });
      await world.put('revised.vtt', vtt('A sanderling, it was.'));
      await world.notify(sidecar);
      await until(async () => ((await keysFound(world, 'sanderling')).length > 0 ? true : undefined));
      const { id } = (await world.asset(key)) ?? { id: '' };
      const versions = (): Promise<VersionBody[]> => world.api.get(`/search/assets/${id}/versions`);
      expect((await versions()).map(({ publish_state }) => publish_state).sort()).toEqual(['ACTIVE', 'ARCHIVED']);
      await sleep(1_100);
      await server.close();

      server = await start(retention);
      const again = await ObjectWorld.open(server.baseUrl);
      const left = await until(async () => {
        const present = await again.api.get<VersionBody[]>(`/search/assets/${id}/versions`);
        return present.length === 1 ? present : undefined;
      });
      expect(left).toMatchObject([{ publish_state: 'ACTIVE', status: 'indexed' }]);
      expect(await keysFound(again, 'sanderling')).toEqual([key]);
      await until(async () => ((await again.api.get<QueueStats>('/search/queue')).completed === 0 ? true : undefined));
      // The same again needs no job.
      expect(await again.notify(key)).toMatchObject({ unchanged: 1 });
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
      await server.close();

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

interface Health {
  readonly workers: readonly { readonly name: string }[];
  /** Of a server of several processes. */
  readonly processes?: readonly Health[];
}

describe('SEARCH=false', () => {
  it('has no routes and no workers of media search', async () => {
    const server = await start({ SEARCH: 'false' });
    try {
      expect((await fetch(`${server.baseUrl}/search?q=a`)).status).toBe(404);
      const health = (await (await fetch(`${server.baseUrl}/health`)).json()) as Health;
      const processes = health.processes ?? [health];
      expect(processes).toHaveLength(WORKERS);
      const names = processes.flatMap(({ workers }) => workers.map(({ name }) => name));
      expect(names.filter((name) => name.startsWith('search'))).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
