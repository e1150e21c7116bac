import { randomUUID } from 'node:crypto';
import type { Api } from './api.ts';
import { type Clip, type ClipFlow, type ClipSegment, sha256 } from './clip.ts';
import type { Narrator } from './narrator.ts';
import { type Block, drawTimeline, type Stretch } from './timeline.ts';

/** The range that the demo asks for: its ends lie within segments, as those of most questions do. */
const ASKED = '[2:500000000_4:500000000)';

/** The properties of a segment that the demo uses. */
interface Segment {
  readonly object_id: string;
  readonly timerange: string;
  readonly get_urls: readonly { readonly url: string }[];
}

interface Allocation {
  readonly media_objects: readonly {
    readonly object_id: string;
    readonly put_url: { readonly url: string; readonly 'content-type'?: string };
  }[];
}

interface Track {
  readonly name: 'video' | 'audio';
  readonly flowId: string;
  readonly media: ClipFlow;
  /** Which part of the clip each object holds. */
  readonly contents: Map<string, ClipSegment>;
}

/** The main job of a media store, step by step. Throws at the first thing that is not as it must be. */
export async function tellStory(api: Api, narrator: Narrator, clip: Clip): Promise<void> {
  const tracks = [newTrack('video', clip.video), newTrack('audio', clip.audio)];
  await createFlows(api, narrator, tracks);
  await upload(api, narrator, tracks);
  await register(api, narrator, tracks);
  const found = await ask(api, narrator, tracks);
  await download(api, narrator, tracks, found);
  await refuseOverlap(api, narrator, tracks);
  await deleteSegment(api, narrator, tracks);
}

const newTrack = (name: Track['name'], media: ClipFlow): Track => ({
  name,
  flowId: randomUUID(),
  media,
  contents: new Map(),
});

async function createFlows(api: Api, narrator: Narrator, tracks: readonly Track[]): Promise<void> {
  narrator.step(
    'Create the flows',
    'A flow is one rendition of some content on a timeline. This clip has one of pictures and one of sound,',
    'and a third flow that holds them together.',
  );
  for (const { name, flowId, media } of tracks) {
    const { label, codec, container, segment_duration, essence_parameters } = media;
    await api.send({
      method: 'PUT',
      url: `/flows/${flowId}`,
      json: {
        id: flowId,
        source_id: randomUUID(),
        format: `urn:x-nmos:format:${name}`,
        ...{ label, codec, container, segment_duration, essence_parameters },
      },
      status: 201,
      meaning: `created: the ${name} flow, and the source that it names`,
    });
  }
  const id = randomUUID();
  await api.send({
    method: 'PUT',
    url: `/flows/${id}`,
    json: {
      id,
      source_id: randomUUID(),
      format: 'urn:x-nmos:format:multi',
      label: 'Test clip',
      flow_collection: tracks.map(({ name, flowId }) => ({ id: flowId, role: name })),
    },
    status: 201,
    meaning: 'created: the multi flow that collects both',
  });
}

async function upload(api: Api, narrator: Narrator, tracks: readonly Track[]): Promise<void> {
  narrator.step(
    'Get storage and upload',
    'The server hands out a signed URL for each object; the media goes there. With an S3 store behind the server',
    'these URLs lead to S3, and the media never passes through the server.',
  );
  for (const { flowId, media, contents } of tracks) {
    const { media_objects } = await api.json<Allocation>({
      method: 'POST',
      url: `/flows/${flowId}/storage`,
      json: { limit: media.segments.length },
      status: 201,
      meaning: `allocated: ${media.segments.length} objects`,
    });
    for (const [index, { object_id, put_url }] of media_objects.entries()) {
      const segment = media.segments[index];
      check(segment !== undefined, `More objects were allocated than the ${media.segments.length} asked for.`);
      const contentType = put_url['content-type'];
      await api.send({
        method: 'PUT',
        url: put_url.url,
        content: segment.content,
        headers: contentType === undefined ? {} : { 'content-type': contentType },
        status: 200,
        meaning: `stored: ${segment.file}, ${segment.content.length} bytes`,
      });
      contents.set(object_id, segment);
    }
    check(contents.size === media.segments.length, 'Fewer objects were allocated than asked for.');
  }
}

async function register(api: Api, narrator: Narrator, tracks: readonly Track[]): Promise<void> {
  narrator.step(
    'Put the segments on the timeline',
    'A segment says: this object is what happens in this time range of the flow. All of a flow go in one request.',
  );
  for (const { flowId, contents } of tracks) {
    await api.send({
      method: 'POST',
      url: `/flows/${flowId}/segments`,
      json: [...contents].map(([object_id, { timerange }]) => ({ object_id, timerange })),
      status: 201,
      meaning: `registered: ${contents.size} segments`,
    });
  }
}

async function ask(api: Api, narrator: Narrator, tracks: readonly Track[]): Promise<Map<Track, Segment[]>> {
  narrator.step('Ask for a time range', `What is there in ${ASKED}, from 2.5 s to 4.5 s?`);
  const found = new Map<Track, Segment[]>();
  for (const track of tracks) {
    const segments = await listSegments(api, track, ASKED, 'the segments that have any part in the range');
    const expected = track.media.segments.filter(({ timerange }) => overlaps(stretch(timerange), stretch(ASKED)));
    checkTimeranges(segments, expected);
    found.set(track, segments);
  }
  const drawn = tracks.map((track) => ({
    name: track.name,
    blocks: [...track.contents].map(([objectId, { timerange, file }]) => ({
      ...stretch(timerange),
      name: numberOf(file),
      found: found.get(track)?.some(({ object_id }) => object_id === objectId) === true,
    })),
  }));
  narrator.drawing(drawTimeline(drawn, { ...stretch(ASKED), label: ASKED }));
  return found;
}

async function download(
  api: Api,
  narrator: Narrator,
  tracks: readonly Track[],
  found: ReadonlyMap<Track, readonly Segment[]>,
): Promise<void> {
  narrator.step('Download and compare', 'Each segment came with a signed URL. The bytes must be the ones uploaded.');
  for (const track of tracks) {
    for (const segment of found.get(track) ?? []) {
      const url = segment.get_urls[0]?.url;
      const expected = track.contents.get(segment.object_id);
      check(
        url !== undefined && expected !== undefined,
        `Segment ${segment.timerange} has no URL, or a strange object.`,
      );
      const response = await api.send({ method: 'GET', url, status: 200, meaning: `downloaded: ${expected.file}` });
      const digest = sha256(new Uint8Array(await response.arrayBuffer()));
      check(digest === expected.sha256, `${expected.file} came back changed: its SHA-256 is ${digest}.`);
      narrator.detail(`SHA-256 ${digest.slice(0, 16)}… is that of the upload`);
    }
  }
}

async function refuseOverlap(api: Api, narrator: Narrator, [video]: readonly Track[]): Promise<void> {
  check(video !== undefined, 'There is no video flow.');
  const objectId = [...video.contents.keys()][0];
  const free = { object_id: objectId, timerange: '[7:0_8:0)', ts_offset: '7:0' };
  const taken = { object_id: objectId, timerange: '[5:500000000_6:500000000)', ts_offset: '5:500000000' };
  narrator.step(
    'Use an object again; an overlap is refused',
    'The first object is to be on the timeline twice more. There is room at 7 s; at 5.5 s lies another segment,',
    'and one moment of a flow has one segment at most.',
  );
  const { failed_segments: failed } = await api.json<{
    failed_segments: { timerange: string; error: { type: string } }[];
  }>({
    method: 'POST',
    url: `/flows/${video.flowId}/segments`,
    json: [free, taken],
    status: 200,
    meaning: 'done in part: the answer lists what was refused',
  });
  const only = failed[0];
  check(failed.length === 1 && only?.timerange === taken.timerange, `Refused was ${JSON.stringify(failed)}.`);
  narrator.detail(`refused: ${only.timerange}, ${only.error.type}`);
}

async function deleteSegment(api: Api, narrator: Narrator, tracks: readonly Track[]): Promise<void> {
  const [video] = tracks;
  check(video !== undefined, 'There is no video flow.');
  const deleted = '[1:0_2:0)';
  narrator.step(
    'Delete a segment',
    'Segments that lie completely in the range are removed from the timeline, and no others.',
  );
  await api.send({
    method: 'DELETE',
    url: `/flows/${video.flowId}/segments?timerange=${encodeURIComponent(deleted)}`,
    status: 204,
    meaning: 'deleted: the second of the clip that begins at 1 s',
  });
  const drawn: { name: string; blocks: Block[] }[] = [];
  for (const track of tracks) {
    const segments = await listSegments(api, track, '_', 'the whole timeline as it is now');
    const again = track === video ? [{ timerange: '[7:0_8:0)' }] : [];
    const kept = track.media.segments.filter(({ timerange }) => track !== video || timerange !== deleted);
    checkTimeranges(segments, [...kept, ...again]);
    const blocks = segments.map(({ object_id, timerange }) => ({
      ...stretch(timerange),
      name: numberOf(track.contents.get(object_id)?.file ?? '?'),
    }));
    drawn.push({ name: track.name, blocks });
  }
  narrator.drawing(drawTimeline(drawn));
}

async function listSegments(api: Api, { flowId }: Track, timerange: string, meaning: string): Promise<Segment[]> {
  return api.json<Segment[]>({
    method: 'GET',
    url: `/flows/${flowId}/segments?timerange=${encodeURIComponent(timerange)}`,
    status: 200,
    meaning,
  });
}

function checkTimeranges(segments: readonly Segment[], expected: readonly { readonly timerange: string }[]): void {
  const print = (list: readonly { readonly timerange: string }[]): string =>
    list.map(({ timerange }) => timerange).join(' ');
  check(print(segments) === print(expected), `Expected were ${print(expected)}, found were ${print(segments)}.`);
}

const numberOf = (file: string): string => /\d+/.exec(file)?.[0] ?? '?';

const overlaps = (one: Stretch, other: Stretch): boolean => one.start < other.end && other.start < one.end;

/** The time range in seconds, near enough for a drawing. */
function stretch(timerange: string): Stretch {
  const [start = 0, end = 0] = [...timerange.matchAll(/(\d+):(\d+)/g)].map(([, s, ns]) => Number(s) + Number(ns) / 1e9);
  return { start, end };
}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
