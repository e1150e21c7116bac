import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Segment, until } from '../behaviour/support/api.ts';
import { ffmpeg, hasFfmpeg, makeClip } from '../mgmt-data/support/media.ts';
import {
  adopt,
  type AdoptionShown,
  Bucket,
  keysOf,
  mgmtAdopt,
  reached,
  s3Binary,
  STORAGE_ID,
} from './support/bucket.ts';

const OWN = 'in/10000000-0000-4000-8000-000000000001/2026/01/31/object.mp4';
const ODD = "in/day 1/Interview (ä) #2 + 100%'s & *more*?.mp4";

let folder: string;
let clip: Buffer;
let cut: Buffer;
let flac: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-adopt-'));
  if (!hasFfmpeg) return;
  const file = join(folder, 'clip.mp4');
  await makeClip(file, 3);
  clip = await readFile(file);
  // Its index comes first, so that what is left of it says more than is there.
  const fast = join(folder, 'fast.mp4');
  await ffmpeg('-i', file, '-c', 'copy', '-movflags', '+faststart', fast);
  const whole = await readFile(fast);
  await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', join(folder, 'sound.flac'));
  flac = await readFile(join(folder, 'sound.flac'));
  cut = whole.subarray(0, whole.length / 2);
});

afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(s3Binary === undefined || !hasFfmpeg)('adoption of files', () => {
  it('puts each file on the timeline of a flow, names what is none, and never deletes a byte', async () => {
    const bucket = await Bucket.open();
    await bucket.putAll({
      [ODD]: clip,
      'in/day 1/b.mp4': clip,
      'in/notes.mp4': Buffer.from('not a film at all'),
      'in/cut.mp4': cut,
      'in/empty.mp4': Buffer.alloc(0),
      'in/sound.flac': flac,
      [OWN]: clip,
      'elsewhere/c.mp4': clip,
    });
    const { server, api } = await bucket.serve();

    const plan = await mgmtAdopt(server.baseUrl, '--backend', STORAGE_ID, '--prefix', 'in', '--plan-only');
    expect(plan.stdout, plan.stderr).toContain('2 keys would be adopted');
    expect(plan.stdout).toContain(`[0:0_3:3000000)  ${ODD}`);
    expect(await api.get('/flows')).toEqual([]);

    const done = await mgmtAdopt(server.baseUrl, '--backend', STORAGE_ID, '--prefix', 'in', '--yes');
    expect(done.code).toBe(1);
    expect(done.stdout).toContain('2 objects adopted.');
    for (const key of ['in/notes.mp4', 'in/cut.mp4', 'in/empty.mp4', 'in/sound.flac', OWN])
      expect(done.stdout).toContain(`refused  ${key}: `);
    expect(done.stdout).toContain('segments of the format flac are not supported');
    expect(done.stdout).not.toMatch(/X-Amz|http:/);

    const flows = await api.get<{ id: string; label: string; format: string }[]>(
      '/flows?format=urn:x-nmos:format:multi',
    );
    expect(flows.map(({ label }) => label).sort()).toEqual(["Interview (ä) #2 + 100%'s & *more*?.mp4", 'b.mp4']);
    // Nothing may delete the bytes of objects that are there without that right.
    const deleting = { storage_id: STORAGE_ID, prefix: 'in/day 1', layout: 'files', delete_bytes: true };
    expect(await api.send('POST', '/internal/adoptions', deleting)).toMatchObject({
      status: 400,
      text: expect.stringContaining('body/delete_bytes') as string,
    });
    for (const { id } of flows) {
      const [segment] = await api.segments(id);
      const found = await fetch(urlOf(segment));
      expect(Buffer.from(await found.arrayBuffer()).equals(clip)).toBe(true);
      await api.must('DELETE', `/flows/${id}`);
      await until(
        async () => ((await api.send('GET', `/objects/${segment?.object_id ?? ''}`)).status === 404 ? true : undefined),
        120_000,
      );
    }
    for (const key of [ODD, 'in/day 1/b.mp4']) expect((await bucket.store.head(key))?.size).toBe(clip.length);

    // The rows of reclaimed objects go a moment after they cannot be seen any more.
    const { id } = await until(async () => {
      const { status, json } = await api.send('POST', '/internal/adoptions', { ...deleting, start: true });
      return status < 300 ? (json as AdoptionShown) : undefined;
    });
    const again = await reached(api, id, 'done');
    expect(again.keys).toMatchObject({ adopted: 2, refused: 0 });
    expect((await adopt(api, { prefix: 'in/day 1', layout: 'files' })).keys).toMatchObject({ adopted: 0, present: 2 });
    const [{ flow_id: flow = '' } = {}] = await keysOf(api, again);
    await api.must('DELETE', `/flows/${flow}`);
    await until(async () => ((await bucket.store.head(ODD)) === undefined ? true : undefined), 120_000);
  });

  it('refuses folders that may not be adopted, and says which setting lets them', async () => {
    const bucket = await Bucket.open();
    const { api } = await bucket.serve();
    const refused = async (request: object): Promise<string> => {
      const asked = { storage_id: STORAGE_ID, layout: 'files', ...request };
      const { status, text } = await api.send('POST', '/internal/adoptions', asked);
      expect(status).toBe(400);
      return text;
    };
    expect(await refused({ prefix: 'elsewhere' })).toContain('does not lie in a folder that may be adopted: in');
    expect(await refused({ prefix: 'inner' })).toContain('"type":"adoption_refused"');
    expect(await refused({ prefix: 'in', layout: 'frames' })).toContain('frames need one');
    const none = await bucket.serve({ S3_ADOPT_PREFIXES: '' });
    const asked = { storage_id: STORAGE_ID, layout: 'files', prefix: 'in' };
    expect((await none.api.send('POST', '/internal/adoptions', asked)).text).toContain('S3_ADOPT_PREFIXES');

    const empty = await mgmtAdopt(api.baseUrl, '--backend', STORAGE_ID, '--prefix', 'in/none', '--yes');
    expect([empty.code, empty.stdout]).toEqual([1, expect.stringContaining('There are no keys')]);
  });
});

const urlOf = (segment: Segment | undefined): string => segment?.get_urls?.[0]?.url ?? '';
