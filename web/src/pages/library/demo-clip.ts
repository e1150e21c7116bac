import { serverRoot } from '../../address.ts';
import { tams } from '../../api/client.ts';
import { Store } from '../../bring-in/store.ts';
import { randomUuid } from '../../bring-in/uuid.ts';
import clip from '../../../../demo/clip/clip.json';

/** The clip's files, which are loaded only here. */
const FILES = import.meta.glob<string>('../../../../demo/clip/*.{mpegts,aac}', {
  query: '?url',
  import: 'default',
  eager: true,
});

const store = new Store(tams, serverRoot);
const never = new AbortController().signal;

type Track = (typeof clip)['video'] | (typeof clip)['audio'];

/**
 * Puts the demo's clip into the store as any client would: flows, storage, uploads, segments.
 *
 * @param progress is told how many segments are there, of how many
 * @throws ApiError | LostServerError | UploadRefused
 */
export async function loadDemoClip(progress: (done: number, all: number) => void): Promise<void> {
  const tracks = Object.entries(clip) as ['video' | 'audio', Track][];
  const all = tracks.reduce((sum, [, track]) => sum + track.segments.length, 0);
  let done = 0;
  progress(done, all);
  for (const [kind, { segments, ...described }] of tracks) {
    const flowId = randomUuid();
    const flow = { id: flowId, source_id: randomUuid(), format: `urn:x-nmos:format:${kind}`, ...described };
    await tams.PUT('/flows/{flowId}', { params: { path: { flowId } }, body: flow as never });
    for (const segment of segments) {
      await addSegment(flowId, segment);
      progress((done += 1), all);
    }
  }
}

async function addSegment(flowId: string, segment: Track['segments'][number]): Promise<void> {
  const [object] = await store.allocate(flowId, 1, never);
  const url = FILES[`../../../../demo/clip/${segment.file}`];
  if (object === undefined || url === undefined) throw new Error(segment.file);
  const bytes = await (await fetch(new URL(url, import.meta.url))).arrayBuffer();
  await store.upload(object, new Uint8Array(bytes), never);
  await tams.POST('/flows/{flowId}/segments', {
    params: { path: { flowId } },
    body: { object_id: object.objectId, timerange: segment.timerange } as never,
  });
}
