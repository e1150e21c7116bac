import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FlowInput } from '../../src/tams/flows/flow.ts';
import { Format } from '../../src/tams/documents/format.ts';
import type { FlowBody } from '../tams-client/types.ts';
import { bitRates } from './bit-rates.ts';
import { essenceOf } from '../../src/tams/essence/essence.ts';
import { flowsOfFile } from '../../src/tams/essence/file-flows.ts';
import { readPlaylist, type Rendition } from './hls.ts';
import { isUrl } from './ingest-folder.ts';
import type { IngestPlan, IngestSettings, InitSegment, Track } from './plan.ts';
import {
  type MeasuredSegments,
  type MeasuredTrack,
  measureSegments,
  pathIn,
  placementOf,
  plannedSegments,
} from './ready-segments.ts';
import { splitFile } from './split-file.ts';
import { type SeparateTrack, takeApart } from './take-apart.ts';

type Plan = Omit<IngestPlan, 'fingerprint'>;

/**
 * Plans flows and segments from the inputs; makes new segments in `folder`.
 *
 * @param inputs paths or URLs; more than one where they are ready segments.
 */
export async function makePlan(
  inputs: readonly string[],
  ready: boolean,
  folder: string,
  settings: IngestSettings,
): Promise<Plan> {
  const plan = await planOf(inputs, ready, folder, settings);
  return settings.speaks82 === true ? { ...plan, flows: plan.flows.map(withVariableRate) } : plan;
}

/** A video has a frame rate, or a variable one (TAMS 8.2, `schemas/flow-video.json`). */
function withVariableRate(flow: FlowBody): FlowBody {
  const essence = flow['essence_parameters'] as { frame_rate?: unknown } | undefined;
  if (flow.format !== Format.video || essence?.frame_rate !== undefined) return flow;
  return { ...flow, essence_parameters: { ...essence, vfr: true } };
}

async function planOf(
  inputs: readonly string[],
  ready: boolean,
  folder: string,
  settings: IngestSettings,
): Promise<Plan> {
  const [first = ''] = inputs;
  const isPlaylist = !ready && /\.m3u8?(\?|$)/i.test(first);
  if (!isPlaylist && inputs.some(isUrl)) {
    throw new Error('URLs must be HLS playlists (.m3u8); download anything else first.');
  }
  if (ready) {
    const segments = inputs.map((file) => ({ file, startsAnew: false }));
    return planRenditions(basename(first), [{ name: 'main', segments }], folder, { ...settings, muxed: true });
  }
  if (isPlaylist) {
    const { muxed = false } = settings;
    return planRenditions(labelOf(first), await readPlaylist(first, folder), folder, { ...settings, muxed });
  }
  return splitFile(first, folder, settings);
}

/** The name of a file, or of a URL's target. */
function labelOf(input: string): string {
  if (!isUrl(input)) return basename(input);
  const name = basename(new URL(input).pathname);
  try {
    return decodeURIComponent(name);
  } catch {
    // A percent sign that begins no code is one.
    return name;
  }
}

/** One flow with segments, and those that it collects where they are wrapped up in it. */
interface Part {
  readonly role: string;
  /** The flow with the segments comes last. */
  readonly flows: readonly FlowBody[];
  readonly track: MeasuredTrack;
  readonly targetSeconds: number | undefined;
}

/** A flow for each track that has segments of its own and, where there are several, one that collects them. */
async function planRenditions(
  name: string,
  renditions: readonly Rendition[],
  folder: string,
  settings: IngestSettings & { readonly muxed: boolean },
): Promise<Plan> {
  const { label = name } = settings;
  const measured: MeasuredSegments[] = [];
  for (const { segments } of renditions) measured.push(await measureSegments(segments, folder, settings.muxed));
  const whole = renditions.length === 1 ? { ...settings, label } : undefined;
  const parts: Part[] = [];
  const placed: MeasuredSegments[] = [];
  for (const [index, each] of measured.entries()) {
    const { name: role = '', targetSeconds } = renditions[index] ?? {};
    if (settings.muxed || each.first.streams.length === 1) {
      const flows = flowsOfFile(each.first, whole?.label ?? `${label}, ${role}`, {
        ids: whole === undefined ? {} : { id: whole.flowId, sourceId: whole.sourceId },
        packetsOf: (index) => each.tracks[index]?.spans[0]?.packets ?? [],
      });
      const track = each.tracks[each.leading];
      if (track === undefined) throw new Error(`${label} has neither pictures nor sound.`);
      placed.push(each);
      parts.push({ role, flows, track, targetSeconds });
      continue;
    }
    const tracks = await takeApart(each, folder, role);
    placed.push({ ...each, tracks });
    for (const track of tracks) {
      const own = whole === undefined ? `${role}-${track.name}` : track.name;
      parts.push({ role: own, flows: [separateFlow(track, `${label}, ${own}`)], track, targetSeconds });
    }
  }
  const added = placementOf(placed, settings.start);
  const inits = settings.speaks82 === true ? initsOf(renditions) : NO_INITS;
  const flows: FlowBody[] = [];
  const tracks: Track[] = [];
  const collected: { id: string; role: string }[] = [];
  for (const { role, flows: own, track, targetSeconds } of parts) {
    const essence = own.at(-1);
    if (essence === undefined) throw new Error(`${label} has neither pictures nor sound.`);
    const rates = await durationAndRates(track, folder, inits, targetSeconds);
    const segments = plannedSegments(track, { added, isMuxed: own.length > 1 }).map((segment) => {
      const init = inits.get(segment.file);
      return init === undefined ? segment : { ...segment, init };
    });
    const needsInit = segments.some(({ init }) => init !== undefined);
    flows.push(...own.slice(0, -1), { ...(needsInit ? withInitSegments(essence) : essence), ...rates });
    collected.push({ id: essence.id, role });
    tracks.push({ flowId: essence.id, segments });
  }
  if (collected.length === 1) return { flows, tracks };
  const { flowId = randomUUID(), sourceId = randomUUID() } = settings;
  const multi = { id: flowId, source_id: sourceId, label, format: Format.multi, flow_collection: collected };
  return { flows: [...flows, multi], tracks };
}

const NO_INITS: ReadonlyMap<string, InitSegment> = new Map();

/** Initialisation segments by the files that begin with them; of a flow, all media objects have one or none has. */
const initsOf = (renditions: readonly Rendition[]): ReadonlyMap<string, InitSegment> =>
  new Map(
    renditions
      .filter(({ segments }) => segments.every(({ init }) => init !== undefined))
      .flatMap(({ segments }) => segments.flatMap(({ file, init }) => (init === undefined ? [] : [[file, init]]))),
  );

const withInitSegments = (flow: FlowBody): FlowBody => ({
  ...flow,
  essence_parameters: { ...(flow['essence_parameters'] as object | undefined), init_segments: true },
});

async function durationAndRates(
  { spans }: MeasuredTrack,
  folder: string,
  inits: ReadonlyMap<string, InitSegment>,
  targetSeconds: number | undefined,
): Promise<Partial<FlowInput>> {
  const sizes = [];
  for (const { file, startNs, endNs } of spans) {
    const { size } = await stat(pathIn(folder, file));
    const bytes = size - (inits.get(file)?.bytes ?? 0);
    sizes.push({ bytes, ns: endNs - startNs });
  }
  if (targetSeconds === undefined || targetSeconds === 0) return bitRates(sizes, undefined);
  const segmentDuration = { numerator: targetSeconds, denominator: 1 };
  return { segment_duration: segmentDuration, ...bitRates(sizes, BigInt(targetSeconds) * 1_000_000_000n) };
}

const separateFlow = ({ stream, spans, container }: SeparateTrack, label: string): FlowBody => ({
  id: randomUUID(),
  source_id: randomUUID(),
  label,
  ...essenceOf(stream, spans[0]?.packets ?? []),
  container: container.type,
});
