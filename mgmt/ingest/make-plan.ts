import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { ContainerMapping, FlowInput } from '../../src/domain/flow.ts';
import { Format } from '../../src/domain/format.ts';
import type { ProbedFile } from '../media/probe.ts';
import type { FlowBody } from '../tams-client/types.ts';
import { bitRates } from './bit-rates.ts';
import { containerType } from './codecs.ts';
import { essenceOf, kindOf } from './essence.ts';
import { readPlaylist, type Rendition } from './hls.ts';
import type { IngestPlan, IngestSettings, Track } from './plan.ts';
import { type MeasuredSegments, measureSegments, placementOf, plannedSegments, type Span } from './ready-segments.ts';
import { splitFile } from './split-file.ts';

type Plan = Omit<IngestPlan, 'fingerprint'>;

/**
 * Decides what is ingested, as what; segments that have to be made are made in `folder`.
 *
 * @param inputs paths or URLs; more than one where they are ready segments.
 */
export async function makePlan(
  inputs: readonly string[],
  ready: boolean,
  folder: string,
  settings: IngestSettings,
): Promise<Plan> {
  const [first = ''] = inputs;
  const isPlaylist = !ready && /\.m3u8?(\?|$)/i.test(first);
  if (!isPlaylist && inputs.some((input) => /^https?:/.test(input))) {
    throw new Error('Of URLs only HLS playlists (.m3u8) are taken; download anything else first.');
  }
  if (ready) {
    const segments = inputs.map((file) => ({ file, startsAnew: false }));
    return planRenditions(basename(first), [{ name: 'main', segments }], folder, settings);
  }
  if (isPlaylist) {
    return planRenditions(labelOf(first), await readPlaylist(first, folder), folder, settings);
  }
  return splitFile(first, folder, settings);
}

/** The name of a file, or of what a URL leads to. */
function labelOf(input: string): string {
  if (!/^https?:/.test(input)) return basename(input);
  const name = basename(new URL(input).pathname);
  try {
    return decodeURIComponent(name);
  } catch {
    // A percent sign that begins no code is one.
    return name;
  }
}

/** Segments as they are: a flow for each rendition and, where there are several, one that collects them. */
async function planRenditions(
  label: string,
  renditions: readonly Rendition[],
  folder: string,
  settings: IngestSettings,
): Promise<Plan> {
  const flows: FlowBody[] = [];
  const tracks: Track[] = [];
  const collected: { id: string; role: string }[] = [];
  const all: MeasuredSegments[] = [];
  for (const { segments } of renditions) all.push(await measureSegments(segments, folder));
  const added = placementOf(
    all.map(({ spans }) => spans),
    settings.startNs,
  );
  for (const [index, measured] of all.entries()) {
    const name = renditions[index]?.name ?? '';
    const ids = renditions.length === 1 ? settings : {};
    const own = flowsOf(measured, renditions.length === 1 ? label : `${label}, ${name}`, ids);
    const essence = own.pop();
    if (essence === undefined) throw new Error(`${label} has neither pictures nor sound.`);
    const flow = { ...essence, ...durationAndRates(measured.spans, renditions[index]?.targetSeconds) };
    flows.push(...own, flow);
    collected.push({ id: flow.id, role: name });
    tracks.push({ flowId: flow.id, segments: plannedSegments(measured.spans, added) });
  }
  if (collected.length === 1) return { flows, tracks };
  const { flowId = randomUUID(), sourceId = randomUUID() } = settings;
  const multi = { id: flowId, source_id: sourceId, label, format: Format.multi, flow_collection: collected };
  return { flows: [...flows, multi], tracks };
}

function durationAndRates(spans: readonly Span[], targetSeconds: number | undefined): Partial<FlowInput> {
  const sizes = spans.map(({ bytes, startNs, endNs }) => ({ bytes, ns: endNs - startNs }));
  if (targetSeconds === undefined || targetSeconds === 0) return bitRates(sizes, undefined);
  const segmentDuration = { numerator: targetSeconds, denominator: 1 };
  return { segment_duration: segmentDuration, ...bitRates(sizes, BigInt(targetSeconds) * 1_000_000_000n) };
}

/** The flow that the segments are of comes last. What is wrapped up together has a flow each, without segments. */
function flowsOf(
  { first, packets }: MeasuredSegments,
  label: string,
  { flowId = randomUUID(), sourceId = randomUUID() }: Pick<IngestSettings, 'flowId' | 'sourceId'>,
): FlowBody[] {
  const container = containerType(first.format.format_name ?? 'unknown', first.format.tags?.major_brand);
  const isMuxed = first.streams.length > 1;
  const essences = first.streams.map((stream, index) => ({
    id: isMuxed ? randomUUID() : flowId,
    source_id: isMuxed ? randomUUID() : sourceId,
    label: isMuxed ? `${label}, ${kindOf(stream)}-${index}` : label,
    ...essenceOf(stream, packets[index] ?? []),
  }));
  if (!isMuxed) return essences.map((flow) => ({ ...flow, container }));
  const members = essences.map(({ id }, index) => ({
    id,
    role: `${kindOf(first.streams[index] ?? { index })}-${index}`,
    container_mapping: mappingOf(first, index, container),
  }));
  const multi = { id: flowId, source_id: sourceId, label, format: Format.multi, container, flow_collection: members };
  return [...essences, multi];
}

/** Where in the container a flow is (TAMS 7.0, `schemas/container-mapping.json`). */
function mappingOf({ streams }: ProbedFile, index: number, container: string): ContainerMapping {
  const stream = streams[index];
  const id = Number(stream?.id);
  const before = streams.slice(0, index).filter((other) => other.codec_type === stream?.codec_type);
  const common = { track_index: index, format_track_index: before.length };
  if (Number.isNaN(id)) return common;
  if (container === 'video/mp2t') return { ...common, mp2ts_container: { pid: id } };
  return /mp4|quicktime/.test(container) ? { ...common, isobmff_container: { track_id: id } } : common;
}
