import { ALL_FORMATS, BlobSource, CanvasSink, Input, type Source, UrlSource } from 'mediabunny';
import { formatTimestamp } from '../../../src/shared/time/timestamp.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { dataOf, tams } from '../api/client.ts';
import type { components } from '../api/schema.d.ts';

type Segment = components['schemas']['Segment'];

/** Pictures that are fetched and decoded at a time. */
const AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

/** Flows with pictures, by the flow that was asked for. */
const pictured = new Map<string, Promise<string | undefined>>();

/**
 * Draws the frame that a flow shows at a time. Of a flow without pictures, that of the video flow that is collected with
 * it. Draws nothing where there is none, or the browser cannot decode it: a picture is an aid, and its lack no fault.
 */
export async function drawFrame(
  canvas: HTMLCanvasElement,
  flowId: string,
  ns: bigint,
  signal: AbortSignal,
): Promise<void> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    if (!signal.aborted) await draw(canvas, flowId, ns, signal);
  } catch (error) {
    if (!signal.aborted) console.info(error);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

async function draw(canvas: HTMLCanvasElement, flowId: string, ns: bigint, signal: AbortSignal): Promise<void> {
  const known = pictured.get(flowId) ?? flowWithPictures(flowId);
  pictured.set(flowId, known);
  // Who asks later tries again.
  known.catch(() => pictured.delete(flowId));
  const video = await known;
  if (video === undefined) return;
  const at = formatTimestamp(ns);
  const params = { path: { flowId: video }, query: { timerange: `[${at}_${at}]`, limit: 1 } };
  const [segment] = await dataOf(tams.GET('/flows/{flowId}/segments', { params, signal }));
  const source = segment && (await sourceOf(segment, signal));
  if (segment === undefined || source === undefined) return;
  const input = new Input({ formats: ALL_FORMATS, source });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null) return;
    const sinceStart = ns - (TimeRange.parse(segment.timerange).startNs ?? ns);
    const seconds = (await track.getFirstTimestamp()) + Number(sinceStart) / 1e9;
    const sink = new CanvasSink(track, { width: canvas.width, height: canvas.height, fit: 'contain' });
    const frame = await sink.getCanvas(seconds);
    if (frame !== null && !signal.aborted) canvas.getContext('2d')?.drawImage(frame.canvas, 0, 0);
  } finally {
    input.dispose();
  }
}

/** The flow itself, or the video flow beside it in a collection. */
async function flowWithPictures(flowId: string): Promise<string | undefined> {
  const flow = await flowOf(flowId);
  if (hasPictures(flow)) return flowId;
  for (const collector of flow.collected_by ?? []) {
    for (const { id } of (await flowOf(collector)).flow_collection ?? []) {
      if (id !== flowId && hasPictures(await flowOf(id))) return id;
    }
  }
  return undefined;
}

const flowOf = (flowId: string) => dataOf(tams.GET('/flows/{flowId}', { params: { path: { flowId } } }));

const hasPictures = ({ format, container }: { format: string; container?: string }): boolean =>
  format === 'urn:x-nmos:format:video' || (format === 'urn:x-nmos:format:multi' && container !== undefined);

/** Reads the parts of an object that are needed; with an initialisation segment in another object, both whole. */
async function sourceOf({ get_urls, init_object }: Segment, signal: AbortSignal): Promise<Source | undefined> {
  const url = get_urls?.[0]?.url;
  if (url === undefined) return undefined;
  if (init_object === undefined) return new UrlSource(url, { requestInit: { credentials: 'omit' } });
  const initUrl = init_object.get_urls?.[0]?.url;
  if (initUrl === undefined) return undefined;
  return new BlobSource(new Blob(await Promise.all([bytesOf(initUrl, signal), bytesOf(url, signal)])));
}

async function bytesOf(url: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(url, { signal, credentials: 'omit' });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}
