import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api.ts';
import { type Clip, sha256 } from '../clip.ts';
import type { Narrator } from '../narrator.ts';
import { drawTimeline } from '../timeline.ts';

const PHRASE = '"colour bars"';
/** Where the clip begins on the flow's timeline. */
const OFFSET_S = 100;
const RECORDING = 'interview.mpegts';
const TRANSCRIPT = 'interview.vtt';
/** How long the server may take to index the clip. */
const PATIENCE_MS = 30_000;

interface Allocation {
  readonly media_objects: readonly {
    readonly object_id: string;
    readonly put_url: { readonly url: string; readonly 'content-type'?: string };
  }[];
}

interface Asset {
  readonly id: string;
  readonly key: string;
  readonly status: string;
  readonly engine?: string;
}

interface Hit {
  readonly asset: { readonly key: string };
  readonly speaker?: string;
  readonly snippet: { readonly text: string };
  readonly flow?: { readonly timerange: string; readonly segments_url: string };
}

interface Segment {
  readonly object_id: string;
  readonly timerange: string;
  readonly get_urls: readonly { readonly url: string }[];
}

/** From what was said to the bytes to play. Throws at the first thing that is not as it must be. */
export async function tellSearchStory(api: Api, narrator: Narrator, clip: Clip): Promise<void> {
  const flowId = randomUUID();
  await storeSegments(api, narrator, flowId, clip);
  const keys = await storeRecording(api, narrator, flowId, clip);
  const asset = await index(api, narrator, keys);
  await link(api, narrator, asset, flowId);
  const segments = await find(api, narrator);
  await play(api, narrator, segments, clip);
}

async function storeSegments(api: Api, narrator: Narrator, flowId: string, { video }: Clip): Promise<void> {
  narrator.step(
    'Store a clip as segments of a flow',
    `The pictures of the clip, a segment for each second, from ${OFFSET_S}:0 on.`,
  );
  const { label, codec, container, essence_parameters } = video;
  await api.send({
    method: 'PUT',
    url: `/flows/${flowId}`,
    json: {
      id: flowId,
      source_id: randomUUID(),
      format: 'urn:x-nmos:format:video',
      label,
      codec,
      container,
      essence_parameters,
    },
    status: 201,
  });
  const contents = new Map(video.segments.map(({ file, content }) => [file, content]));
  await upload(api, flowId, contents);
  await api.send({
    method: 'POST',
    url: `/flows/${flowId}/segments`,
    json: video.segments.map(({ file }, second) => ({ object_id: file, timerange: rangeOf(second) })),
    status: 201,
    meaning: `registered: ${video.segments.length} segments`,
  });
}

async function storeRecording(api: Api, narrator: Narrator, flowId: string, { video }: Clip): Promise<string[]> {
  narrator.step(
    'Put the recording and its transcript beside each other',
    `Its transcript is ${TRANSCRIPT}. Without that, the server would ask a model to transcribe ${RECORDING}.`,
  );
  const recording = Buffer.concat(video.segments.map(({ content }) => content));
  const transcript = await readFile(new URL('clip.vtt', import.meta.url));
  const contents = new Map([
    [RECORDING, new Uint8Array(recording)],
    [TRANSCRIPT, new Uint8Array(transcript)],
  ]);
  const keys = await upload(api, flowId, contents);
  narrator.detail(`uploaded: ${RECORDING}, ${recording.length} bytes, and ${TRANSCRIPT}, ${transcript.length} bytes`);
  return keys;
}

async function index(api: Api, narrator: Narrator, keys: readonly string[]): Promise<Asset> {
  narrator.step(
    'Tell the server of the new objects',
    'As an object store does it. A job makes segments and vectors of the transcript, and publishes them all at once.',
  );
  const Records = keys.map((key) => ({
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: 'local' }, object: { key: encodeURIComponent(key) } },
  }));
  await api.send({ method: 'POST', url: '/events/s3', json: { Records }, status: 200, meaning: 'a job is enqueued' });
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const url = '/search/assets?status=indexed';
    const [asset] = await api.json<Asset[]>({ method: 'GET', url, status: 200 });
    if (asset !== undefined) {
      narrator.detail(`${RECORDING} is ${asset.status}; its transcript came from ${asset.engine ?? 'nowhere'}`);
      return asset;
    }
    check(performance.now() < deadline, `${RECORDING} was not indexed within ${PATIENCE_MS / 1000} s.`);
    await sleep(100);
  }
}

async function link(api: Api, narrator: Narrator, asset: Asset, flowId: string): Promise<void> {
  narrator.step('Say where the recording lies on the flow', 'Its second 0 is at 100:0 of the timeline.');
  await api.send({
    method: 'PUT',
    url: `/search/assets/${asset.id}/link`,
    json: { flow_id: flowId, offset: `${OFFSET_S}:0` },
    status: 200,
    meaning: 'linked',
  });
}

async function find(api: Api, narrator: Narrator): Promise<Segment[]> {
  narrator.step('Search the speech', `Who speaks of ${PHRASE}, and where is it on the timeline?`);
  const { total, hits } = await api.json<{ total: number; hits: Hit[] }>({
    method: 'GET',
    url: `/search?type=keyword&q=${encodeURIComponent(PHRASE)}`,
    status: 200,
    meaning: 'one hit',
  });
  const [hit] = hits;
  check(total === 1 && hit?.flow !== undefined, `The phrase was found ${total} times, or not on the flow.`);
  narrator.detail(`${hit.speaker ?? 'somebody'}: ${hit.snippet.text}`);
  narrator.detail(`on the flow at ${hit.flow.timerange}`);
  const segments = await api.json<Segment[]>({
    method: 'GET',
    url: hit.flow.segments_url,
    status: 200,
    meaning: 'the segments that hold it',
  });
  const found = segments.map(({ object_id }) => object_id);
  check(found.join() === 'video-2.mpegts,video-3.mpegts', `The phrase led to ${found.join(', ')}.`);
  const blocks = Array.from({ length: 6 }, (_, second) => ({
    start: second,
    end: second + 1,
    name: String(second),
    found: found.includes(`video-${second}.mpegts`),
  }));
  narrator.drawing(drawTimeline([{ name: 'video', blocks }]));
  return segments;
}

async function play(api: Api, narrator: Narrator, segments: readonly Segment[], { video }: Clip): Promise<void> {
  narrator.step('Play it', 'Each segment came with a signed URL. The bytes must be the ones uploaded.');
  for (const { object_id, timerange, get_urls } of segments) {
    const url = get_urls[0]?.url;
    const expected = video.segments.find(({ file }) => file === object_id);
    check(url !== undefined && expected !== undefined, `Segment ${timerange} has no URL, or a strange object.`);
    const response = await api.send({ method: 'GET', url, status: 200, meaning: `played: ${object_id}` });
    const digest = sha256(new Uint8Array(await response.arrayBuffer()));
    check(digest === expected.sha256, `${object_id} came back changed: its SHA-256 is ${digest}.`);
    narrator.detail(`SHA-256 ${digest.slice(0, 16)}… is that of the upload`);
  }
}

/** Returns the keys of the objects in their store. */
async function upload(
  api: Api,
  flowId: string,
  contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Promise<string[]> {
  const { media_objects } = await api.json<Allocation>({
    method: 'POST',
    url: `/flows/${flowId}/storage`,
    json: { object_ids: [...contents.keys()] },
    status: 201,
  });
  const keys: string[] = [];
  for (const { object_id, put_url } of media_objects) {
    const content = contents.get(object_id);
    check(content !== undefined, `An object ${object_id} was allocated that nobody asked for.`);
    const type = put_url['content-type'];
    await api.send({
      method: 'PUT',
      url: put_url.url,
      content,
      ...(type !== undefined && { headers: { 'content-type': type } }),
      status: 200,
    });
    // A URL of this server's own store: /media/{storage id}/{key}.
    keys.push(decodeURIComponent(new URL(put_url.url).pathname.split('/').slice(3).join('/')));
  }
  return keys;
}

const rangeOf = (second: number): string => `[${OFFSET_S + second}:0_${OFFSET_S + second + 1}:0)`;

function check(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new Error(problem);
}
