import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeFrames } from '../support/frames-on-disk.ts';
import { type AdoptionShown, Bucket, reached, s3Binary, STORAGE_ID } from '../integration/adoption/support/bucket.ts';
import { Api } from '../integration/behaviour/support/api.ts';
import { runVerify } from './support/mgmt.ts';
import { ServerFolder } from './support/server-folder.ts';

const FRAMES = Number(process.env.ADOPT_FRAMES ?? 1_200);
const KILLS = Number(process.env.KILL_ROUNDS ?? 1);
const LOOK_MS = 100;
/** Generous: a lease has to run out after each kill. */
const TIMEOUT_MS = 240_000 + FRAMES * 20 + KILLS * 60_000;

describe.skipIf(s3Binary === undefined)('frames in place', { timeout: TIMEOUT_MS }, () => {
  it.each([
    { how: 'at once', start: true },
    { how: 'after a plan, and inspected by a job', start: false },
  ])('that are adopted $how are all there, each once, however often the server is killed', async ({ how, start }) => {
    const bucket = await Bucket.open();
    await makeFrames(join(bucket.s3.directory, 'archive', 'in'), FRAMES);
    const folder = await ServerFolder.make();
    const serve = async () => {
      const { server } = await folder.start({ env: bucket.env({ EXR_AUTO_INSPECT: 'true', LOG_LEVEL: 'info' }) });
      return { server, api: new Api(server.baseUrl) };
    };
    let { server, api } = await serve();
    const rate = { numerator: 24, denominator: 1 };
    const asked = { storage_id: STORAGE_ID, prefix: 'in', layout: 'frames', frame_rate: rate, start };
    const { id } = await api.must<AdoptionShown>('POST', '/internal/adoptions', asked);
    // A frame that is looked into, adopted and inspected is one piece of work, or three.
    const whole = start ? FRAMES : 3 * FRAMES;
    const workedOn = async (): Promise<number> => {
      const { state, keys } = await api.get<AdoptionShown>(`/internal/adoptions/${id}`);
      if (state === 'failed') throw new Error('the adoption failed');
      if (state === 'planned') await api.must('POST', `/internal/adoptions/${id}/start`);
      const { planned = 0, adopted = 0 } = keys;
      if (start) return adopted;
      return planned + 2 * adopted + (adopted === FRAMES ? await countInspected(api) : 0);
    };
    for (let kill = 1; kill <= KILLS; kill++) {
      while ((await workedOn()) < (whole * kill) / (KILLS + 1)) await sleep(LOOK_MS);
      await server.kill();
      ({ server, api } = await serve());
    }
    while ((await workedOn()) < whole || !(await isInspected(api))) await sleep(LOOK_MS);

    const { keys } = await reached(api, id, 'done');
    expect(keys).toMatchObject({ adopted: FRAMES, refused: 0, missing: 0, planned: 0, listed: 0 });
    const [onTimelines, inspected]: [string[], string[]] = [[], []];
    for (const { id: flowId } of await api.all<{ id: string }>('/flows?limit=100')) {
      const segments = `/flows/${flowId}/segments?limit=1000&accept_get_urls=`;
      for (const { object_id } of await api.all<{ object_id: string }>(segments)) onTimelines.push(object_id);
    }
    const files = await api.all<{ object_id: string; header_hash: string | null }>('/exr/files?limit=1000');
    for (const { object_id, header_hash } of files) if (header_hash !== null) inspected.push(object_id);
    const lost = [onTimelines, inspected].map((ids) => FRAMES - new Set(ids).size);
    const twice = [onTimelines, inspected].map((ids) => ids.length - new Set(ids).size);
    console.log(
      `${FRAMES} frames adopted ${how}; kills: ${KILLS}; on timelines and headers, ` +
        `lost: ${lost.join(' and ')}; twice: ${twice.join(' and ')}`,
    );
    expect({ lost, twice }).toEqual({ lost: [0, 0], twice: [0, 0] });
    await server.kill();
    expect(await runVerify(folder.dataDir)).toEqual({ code: 0, output: 'Everything fits together.\n' });
  });
});

const isInspected = async (api: Api): Promise<boolean> =>
  /^tams_exr_queue_entries 0$/m.test(await (await fetch(`${api.baseUrl}/metrics`)).text());

async function countInspected(api: Api): Promise<number> {
  const sequences = await api.all<{ frame_count: number }>('/exr/sequences?limit=100');
  return sequences.reduce((count, each) => count + each.frame_count, 0);
}
