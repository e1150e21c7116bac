import { randomUUID } from 'node:crypto';
import type { Packet, ProbedFile } from '../../media/probing/probe.ts';
import { Format, type FormatUrn } from '../documents/format.ts';
import type { ContainerMapping, FlowCollectionItem } from '../flows/flow.ts';
import { containerType } from './codecs.ts';
import { essenceOf, kindOf } from './essence.ts';

/** A flow of a media file: the body of a PUT. */
export interface FileFlow extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly source_id: string;
  readonly label: string;
  readonly format: FormatUrn;
  readonly container?: string;
  readonly flow_collection?: readonly FlowCollectionItem[];
}

interface FileFlowOptions {
  /** Those of the flow with the segments. */
  readonly ids: { readonly id?: string | undefined; readonly sourceId?: string | undefined };
  /** The packets of a stream in one file, as far as they are known, by its position. */
  readonly packetsOf: (index: number) => readonly Packet[];
  /** The ids of the flows of tracks, of their flow (`''`) and source; random unless given. */
  readonly newId?: (name: string) => string;
}

/** The flows of files whose tracks are wrapped up in one. The flow with the segments comes last. */
export function flowsOfFile(
  first: ProbedFile,
  label: string,
  { ids, packetsOf, newId = () => randomUUID() }: FileFlowOptions,
): FileFlow[] {
  const container = containerType(first.format.format_name ?? 'unknown', first.format.tags?.major_brand);
  const isMuxed = first.streams.length > 1;
  const { id = newId('flow'), sourceId = newId('source') } = ids;
  const essences = first.streams.map((stream, index) => ({
    id: isMuxed ? newId(`flow ${index}`) : id,
    source_id: isMuxed ? newId(`source ${index}`) : sourceId,
    label: isMuxed ? `${label}, ${kindOf(stream)}-${index}` : label,
    ...essenceOf(stream, packetsOf(index)),
  }));
  if (!isMuxed) return essences.map((flow) => ({ ...flow, container }));
  const members = essences.map((flow, index) => ({
    id: flow.id,
    role: `${kindOf(first.streams[index] ?? { index })}-${index}`,
    container_mapping: mappingOf(first, index, container),
  }));
  return [...essences, { id, source_id: sourceId, label, format: Format.multi, container, flow_collection: members }];
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
