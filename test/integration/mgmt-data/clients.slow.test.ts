import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg, frameHashes, hasFfmpeg, makeClip } from './support/media.ts';
import { runMgmt } from './support/run-mgmt.ts';
import { findChromium } from '../../support/chromium.ts';
import { IdentityProvider } from '../../support/identity-provider.ts';
import type { Segment } from '../../support/tams-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { download, ExampleClient } from './support/example-client.ts';
import { decode, playInBrowser, playlistOf } from './support/hls.ts';

const chromium = findChromium();
const CLIENT_ID = '4h57kd0s';

/** Eight seconds as four files of an HLS playlist, 60 pictures each. */
async function makeHls(folder: string, name: string, source: string): Promise<string[]> {
  await ffmpeg(
    ...['-f', 'lavfi', '-i', `${source}=size=320x180:rate=30:duration=8`, '-threads', '1'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '60', '-sc_threshold', '0'],
    ...['-f', 'hls', '-hls_time', '2', '-hls_list_size', '0', join(folder, `${name}.m3u8`)],
  );
  const files = (await readdir(folder)).filter((file) => file.startsWith(name) && file.endsWith('.ts'));
  return files.sort().map((file) => join(folder, file));
}

describe.skipIf(!hasFfmpeg)('what clients ingest plays (skipped: there is no ffmpeg)', () => {
  let folder: string;
  let provider: IdentityProvider;
  let server: TestServer;
  let client: ExampleClient;
  let token: string;
  const files: Record<string, string[]> = {};
  const segments: Record<string, Segment[]> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tams-clients-'));
    provider = await IdentityProvider.start();
    server = await startTestServer({ env: { ...provider.env, AUTH_AUDIENCE: CLIENT_ID, CORS_ORIGINS: '*' } });
    token = await provider.token({ aud: null, client_id: CLIENT_ID, scope: 'tams-api/read tams-api/write' });
    client = new ExampleClient(server.baseUrl, token);
    files['first'] = await makeHls(folder, 'first', 'testsrc2');
    files['second'] = await makeHls(folder, 'second', 'testsrc');
    const first = await client.ingest('The first', files['first']);
    const second = await client.ingest('The second', files['second']);
    const flows = { first, second, edit: await client.edit(first, second) };
    for (const [name, flow] of Object.entries(flows)) segments[name] = await client.segments(flow);

    const clip = join(folder, 'clip.mp4');
    await makeClip(clip, 5);
    const args = ['ingest', clip, '--label', 'News at six', '--segment-duration', '1s'];
    const { code, stdout, stderr } = await runMgmt(args, { TAMS_URL: server.baseUrl, TAMS_TOKEN: token });
    expect(code, stderr).toBe(0);
    segments['mgmt'] = await client.segments(/flow (\S+) {2}video/.exec(stdout)?.[1] ?? '');
  });

  afterAll(async () => {
    await server.close();
    await provider.close();
    await rm(folder, { recursive: true });
  });

  it('shows what the examples read: whole seconds, and ts_offset without being asked', async () => {
    const flows = await client.get<{ created: string }[]>('/flows');
    expect(flows).toHaveLength(6);
    for (const { created } of flows) expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(segments['first']?.map(({ ts_offset }) => ts_offset)).toEqual(['0:0', '0:0', '0:0', '0:0']);
    expect(segments['edit']?.map(({ ts_offset }) => ts_offset)).toEqual(['0:0', '0:0', '4:0', '4:0']);
  });

  it('shows sources by the names of their flows', async () => {
    const sources = await client.get<{ label: string }[]>('/sources');
    const labels = sources.map(({ label }) => label).sort();
    expect(labels).toEqual([
      ...['An edit', 'News at six', 'News at six, audio-1', 'News at six, video-0', 'The first', 'The second'],
    ]);
  });

  it('gives back the bytes that came in', async () => {
    const [first = [], second = []] = [files['first'], files['second']];
    const parts = await Promise.all([...first.slice(0, 2), ...second.slice(0, 2)].map((file) => readFile(file)));
    expect((await download(segments['edit'] ?? [])).equals(Buffer.concat(parts))).toBe(true);
  });

  it.each(['first', 'edit', 'mgmt'])(
    'plays in ffmpeg, all pictures and without a warning but at an edit: %s',
    async (name) => {
      const pictures = name === 'mgmt' ? (await frameHashes(join(folder, 'clip.mp4'), 'v')).length : 240;
      const decoded = await decode(join(folder, `${name}-out.m3u8`), playlistOf(segments[name] ?? []));
      expect(decoded.pictures).toBe(pictures);
      // FFmpeg 5 does not read EXT-X-DISCONTINUITY: where an edit goes on with another stream, it says once that packets are lost.
      if (name === 'edit') expect(decoded.warnings.replaceAll(/^.*corrupt.*\n/gim, '')).toBe('');
      else expect(decoded.warnings).toBe('');
    },
  );

  it.skipIf(chromium === undefined).each(['first', 'edit', 'mgmt'])(
    'plays in hls.js to the end (needs Chromium): %s',
    async (name) => {
      const played = await playInBrowser(chromium ?? '', playlistOf(segments[name] ?? []));
      expect(played).toMatchObject({ hasEnded: true, fatal: [] });
      expect(played.duration).toBeGreaterThan(name === 'mgmt' ? 4.5 : 7.5);
      expect(played.currentTime).toBeCloseTo(played.duration, 0);
    },
  );
});
