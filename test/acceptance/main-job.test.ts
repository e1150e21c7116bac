import { describe, expect, it } from 'vitest';
import { loadClip, sha256 } from '../../demo/clip.ts';
import { TamsClient } from '../support/tams-client.ts';
import { clipFlow, flowWithObjects } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';

const clip = await loadClip();
const essences = [
  { format: 'video', media: clip.video },
  { format: 'audio', media: clip.audio },
] as const;

/** The server that TAMS_URL names, or one that the test starts. */
async function connect(): Promise<TamsClient> {
  const url = process.env.TAMS_URL;
  if (url !== undefined) return new TamsClient(url.replace(/\/+$/, ''));
  const { client } = await (await ServerFolder.make()).start();
  return client;
}

describe('the main job on real media', () => {
  it.each(essences)('gives back the bytes of the $format that were put in, found by time range', async (essence) => {
    const client = await connect();
    const { segments } = essence.media;
    const flow = clipFlow(essence.format, essence.media);
    const objects = await flowWithObjects(client, flow, segments.length);
    const bodies = objects.map(({ object_id }, index) => ({ object_id, timerange: segments[index]?.timerange ?? '' }));
    for (const [index, object] of objects.entries()) {
      expect(await client.upload(object, segments[index]?.content ?? new Uint8Array())).toBe(200);
    }
    expect((await client.postSegments(flow.id, bodies)).status).toBe(201);

    const found = await client.listSegments(flow.id);
    expect(found.map(({ object_id, timerange }) => ({ object_id, timerange }))).toEqual(bodies);
    for (const [index, segment] of found.entries()) {
      const { status, body, headers } = await client.downloadSegment(segment);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe(essence.media.container);
      expect(sha256(body)).toBe(segments[index]?.sha256);
    }
  });

  it('finds for a range in the middle exactly the segments that have a part in it', async () => {
    const client = await connect();
    const flow = clipFlow('audio', clip.audio);
    const objects = await flowWithObjects(client, flow, clip.audio.segments.length);
    const bodies = objects.map(({ object_id }, index) => ({
      object_id,
      timerange: clip.audio.segments[index]?.timerange ?? '',
    }));
    await client.postSegments(flow.id, bodies);
    const timeranges = async (asked: string): Promise<string[]> =>
      (await client.listSegments(flow.id, asked)).map(({ timerange }) => timerange);

    // The cuts are at multiples of 1.024 s, and the end of a segment is not in it.
    expect(await timeranges('[2:500000000_4:500000000)')).toEqual(bodies.slice(2, 5).map((body) => body.timerange));
    expect(await timeranges('[1:24000000_2:48000000)')).toEqual([bodies[1]?.timerange]);
    expect(await timeranges('[1:23999999_2:48000000]')).toEqual(bodies.slice(0, 3).map((body) => body.timerange));
    expect(await timeranges('[1:24000000]')).toEqual([bodies[1]?.timerange]);
    expect(await timeranges('[6:144000000_)')).toEqual([]);
  });

  it('shows the collected flows, their sources and the timerange that the segments make', async () => {
    const client = await connect();
    const video = clipFlow('video', clip.video);
    const [object] = await flowWithObjects(client, video, 1);
    await client.postSegments(video.id, { object_id: object?.object_id ?? '', timerange: '[0:0_1:0)' });
    const multi = {
      ...{ id: crypto.randomUUID(), source_id: crypto.randomUUID(), format: 'urn:x-nmos:format:multi' },
      flow_collection: [{ id: video.id, role: 'video' }],
    };
    expect((await client.putFlow(multi)).status).toBe(201);

    const { body } = await client.request('GET', `/flows/${video.id}?include_timerange=true`);
    expect(body).toMatchObject({ ...video, collected_by: [multi.id], timerange: '[0:0_1:0)' });
    const source = await client.request('GET', `/sources/${multi.source_id}`);
    expect(source.body).toMatchObject({ source_collection: [{ id: video.source_id, role: 'video' }] });
  });
});
