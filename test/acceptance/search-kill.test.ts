import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../integration/behaviour/support/api.ts';
import { InferenceServer } from '../support/search/inference-server.ts';
import { ObjectWorld, vtt } from '../support/search/object-world.ts';
import type { VersionBody } from '../support/search/search-api.ts';
import { type RunningServer, ServerFolder } from './support/server-folder.ts';

/** How often a server is killed; more for a long run by hand. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 3);
const PER_ROUND = 20;
const WORKERS = 4;
const KILL_AFTER_MS = { min: 50, max: 300 };
/** The jobs of a killed server wait for the end of their lease. */
const LEASE_MS = 30_000;
const PATIENCE_MS = LEASE_MS + 30_000;

it(
  `jobs of servers that are killed are done, each once, and another server watches on, ${ROUNDS} times in a row`,
  async () => {
    const inference = await InferenceServer.start();
    onTestFinished(() => inference.close());
    inference.transcriptionMs = 150;
    const folder = await ServerFolder.make();
    const env = {
      SEARCH_WORKERS: String(WORKERS),
      SEARCH_WATCH: 'local',
      SEARCH_WATCH_INTERVAL_S: '1',
      SEARCH_TRANSCRIBER: 'http',
      SEARCH_TRANSCRIPTION_URL: inference.url,
      SEARCH_TRANSCRIPTION_MODEL: 'whisper-test',
    };
    const keys: string[] = [];
    let heard = 0;
    /** A medium with its words beside it, or to be transcribed, used by a segment. */
    const put = async (world: ObjectWorld, name: string, isHeard: boolean): Promise<string> => {
      const medium = randomBytes(1_000);
      const text = `The wheatear of ${name}.`;
      const segments = [{ start: 0, end: 2, text }];
      if (isHeard) inference.transcripts.set(createHash('sha256').update(medium).digest('hex'), { segments });
      else await world.put(`${name}.vtt`, vtt(text));
      if (isHeard) heard += 1;
      const key = await world.put(`${name}.mp4`, medium);
      await world.segment(`${name}.mp4`, `[${keys.length}:0_${keys.length + 1}:0)`);
      keys.push(key);
      return key;
    };

    const first = await folder.start({ env });
    const opening = await ObjectWorld.open(first.server.baseUrl);
    await opening.becomes(await put(opening, 'first', false), { status: 'indexed' });
    // So this one holds the lease of the watch.
    let [older, newer]: [RunningServer, RunningServer] = [first, await folder.start({ env })];
    for (let round = 0; round < ROUNDS; round += 1) {
      // The server that is told of objects is the first to take their jobs.
      const world = await ObjectWorld.open(older.server.baseUrl);
      const fresh: string[] = [];
      for (let index = 0; index < PER_ROUND; index += 1) {
        fresh.push(await put(world, `r${round}-${index}`, index % 2 === 0));
      }
      await world.notify(...fresh);
      await sleep(KILL_AFTER_MS.min + Math.random() * (KILL_AFTER_MS.max - KILL_AFTER_MS.min));
      await older.server.kill();
      [older, newer] = [newer, await folder.start({ env })];
    }
    const world = await ObjectWorld.open(newer.server.baseUrl);
    const untold = await put(world, 'untold', false);
    await until(async () => ((await world.asset(untold))?.status === 'indexed' ? true : undefined), PATIENCE_MS);
    const queue = await until(async () => {
      const stats = await world.api.get<{ completed: number; dead: number }>('/search/queue');
      return stats.completed + stats.dead >= keys.length ? stats : undefined;
    }, PATIENCE_MS);
    // One job for each medium, whether an event or a look told of it first.
    expect(queue).toMatchObject({ completed: keys.length, waiting: 0, active: 0, failed: 0, dead: 0 });
    expect(inference.overlapping, 'media that two servers transcribed at once').toEqual([]);
    // Only what a killed server was at was begun again; without any this test shows nothing.
    expect(inference.forms.length).toBeGreaterThan(heard);
    expect(inference.forms.length).toBeLessThanOrEqual(heard + ROUNDS * WORKERS);

    const { total } = await world.api.search({ q: 'wheatear', type: 'keyword', limit: 1 });
    expect(total).toBe(keys.length);
    for (const key of keys) {
      const asset = await world.asset(key);
      expect(asset).toMatchObject({ status: 'indexed', triage_state: 'none' });
      const versions = await world.api.get<VersionBody[]>(`/search/assets/${asset?.id ?? ''}/versions`);
      expect(versions).toMatchObject([{ publish_state: 'ACTIVE' }]);
      const version = await world.api.get(`/search/versions/${asset?.current_version_id ?? ''}`);
      expect(version).toMatchObject({ segments: 1, embeddings: 1 });
    }
  },
  ROUNDS * 20_000 + 2 * PATIENCE_MS,
);
