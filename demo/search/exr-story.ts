import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Api } from '../api.ts';
import type { Narrator } from '../narrator.ts';
import { drawTimeline } from '../timeline.ts';

/** A rendered picture; the demo stores it under the names of several frames. */
const FRAME_FILE = new URL('../../test/fixtures/exr/scanline-half-rgba.exr', import.meta.url);
const FRAMES = [1001, 1002, 1003, 1006, 1007];
const RATE = 2;
const PATTERN = 'shots/sq010/beauty.%04d.exr';

interface Allocation {
  readonly media_objects: readonly {
    readonly object_id: string;
    readonly put_url: { readonly url: string; readonly 'content-type'?: string };
  }[];
}

interface Inspection {
  readonly file: { readonly size: number };
  readonly parts: readonly { readonly compression: string }[];
  readonly channels: readonly { readonly name: string; readonly pixel_type: string }[];
  readonly stats: { readonly bytes_read: number };
  readonly persistence: { readonly id: string };
}

interface FrameRange {
  readonly start: number;
  readonly end: number;
}

interface Sequence {
  readonly pattern: string;
  readonly frame_count: number;
  readonly missing: readonly FrameRange[];
}

interface Registered {
  readonly registered: number;
  readonly gaps: readonly (FrameRange & { readonly timerange: string })[];
}

/** Rendered frames: inspected, their gap reported, and put onto a timeline. Throws at the first thing that is wrong. */
export async function tellExrStory(api: Api, narrator: Narrator): Promise<void> {
  const flowId = randomUUID();
  const inspected = await uploadAndInspect(api, narrator, flowId);
  await compare(api, narrator, inspected);
  await reportGap(api, narrator);
  await register(api, narrator, flowId);
}

async function uploadAndInspect(api: Api, narrator: Narrator, flowId: string): Promise<Inspection> {
  narrator.step(
    'Upload rendered frames, and look into their headers',
    'A flow of EXR files, and an object for each frame. To inspect one, the server reads the beginning of it where it',
    'lies: which channels there are, how large and how compressed.',
  );
  const names = FRAMES.map((frame) => PATTERN.replace('%04d', String(frame)));
  const exr = { codec: 'image/x-exr', container: 'image/x-exr' };
  const essence = { essence_parameters: { frame_width: 1, frame_height: 1 } };
  await api.send({
    method: 'PUT',
    url: `/flows/${flowId}`,
    json: { id: flowId, source_id: randomUUID(), format: 'urn:x-tam:format:image', ...exr, ...essence },
    status: 201,
  });
  const { media_objects } = await api.json<Allocation>({
    method: 'POST',
    url: `/flows/${flowId}/storage`,
    json: { object_ids: names },
    status: 201,
    meaning: `allocated: ${names.length} objects, named as the frames are`,
  });
  const content = new Uint8Array(await readFile(FRAME_FILE));
  for (const { put_url } of media_objects) {
    const type = put_url['content-type'];
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    await api.send({ method: 'PUT', url: put_url.url, content, headers, status: 200 });
  }
  let last: Inspection | undefined;
  for (const object_id of names) {
    last = await api.json<Inspection>({ method: 'POST', url: '/exr/inspect', json: { object_id }, status: 200 });
  }
  check(last !== undefined, 'No frame was inspected.');
  const channels = last.channels.map(({ name, pixel_type }) => `${name} ${pixel_type}`).join(', ');
  narrator.request(
    'POST /exr/inspect',
    200,
    `each of the ${names.length}: ${channels}; ${last.parts[0]?.compression ?? ''}`,
  );
  narrator.detail(`${last.stats.bytes_read} of ${last.file.size} bytes were read.`);
  return last;
}

async function compare(api: Api, narrator: Narrator, { persistence }: Inspection): Promise<void> {
  narrator.step(
    'Find what was rendered alike',
    'Each header has a vector that says how the file is built, and nothing of which frame it is.',
  );
  const similar = await api.json<{ file: { path: string }; score: number }[]>({
    method: 'GET',
    url: `/exr/files/${persistence.id}/similar`,
    status: 200,
    meaning: 'the other frames of the sequence',
  });
  check(
    similar.length >= FRAMES.length - 1 && similar.slice(0, FRAMES.length - 1).every(({ score }) => score >= 0.99),
    'The other frames are not like this one.',
  );
  for (const { file, score } of similar.slice(0, 2)) narrator.detail(`${file.path}  ${score.toFixed(4)}`);
}

async function reportGap(api: Api, narrator: Narrator): Promise<void> {
  narrator.step('Ask what is missing', 'Frames are told by their names, so a gap shows before anybody plays it.');
  const sequences = await api.json<Sequence[]>({
    method: 'GET',
    url: '/exr/sequences?path_prefix=shots/',
    status: 200,
    meaning: 'sequences, with their gaps',
  });
  const [found] = sequences;
  const gap = found?.missing[0];
  check(found?.pattern === PATTERN && gap?.start === 1004 && gap.end === 1005, 'The gap was not reported.');
  narrator.detail(`${found.pattern}: ${found.frame_count} frames; missing: ${gap.start} to ${gap.end}`);
}

async function register(api: Api, narrator: Narrator, flowId: string): Promise<void> {
  narrator.step(
    'Put the sequence onto a timeline',
    'The flow gets what the headers say, and a segment of each frame. What was not rendered is a gap of the timeline.',
  );
  const registered = await api.json<Registered>({
    method: 'POST',
    url: '/exr/sequences/register',
    json: { pattern: PATTERN, flow_id: flowId, frame_rate: { numerator: RATE } },
    status: 200,
    meaning: `the flow ${flowId}`,
  });
  check(registered.registered === FRAMES.length, 'Not every frame was registered.');
  const segments = await api.json<{ object_id: string }[]>({
    method: 'GET',
    url: `/flows/${flowId}/segments`,
    status: 200,
    meaning: 'a segment of each frame, with a URL to get it',
  });
  check(segments.length === FRAMES.length, 'Not every segment is there.');
  const blocks = FRAMES.map((frame) => {
    const start = (frame - (FRAMES[0] ?? 0)) / RATE;
    return { name: String(frame).slice(-1), start, end: start + 1 / RATE, found: true };
  });
  narrator.drawing(drawTimeline([{ name: 'frames', blocks }]));
  for (const { timerange } of registered.gaps) narrator.detail(`no frames in ${timerange}`);
}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
