import type { ExrAttribute } from '../../../formats/exr/attributes/attribute.ts';
import type { ExrTimeCode } from '../../../formats/exr/attributes/values.ts';
import { readColor } from '../../../formats/exr/color.ts';
import { channelFingerprint } from './embedding/channel-features.ts';
import { metadataEmbedding } from './embedding/metadata-embedding.ts';
import type { ByteSource } from '../../../formats/exr/header/byte-source.ts';
import { type ExrHeader, type ExrHeaderPart, readExrHeader } from '../../../formats/exr/header/header.ts';
import { type DescribedHeader, EXR_SCHEMA_VERSION, type ExrLocation, type ExrPart } from './inspection.ts';
import { DEFAULT_EXR_POLICY } from './policy/policy.ts';
import { validateExr } from './policy/validate.ts';
import { parseFrameName } from '../../../formats/exr/frame-name.ts';
import { computeStats } from '../../../formats/exr/stats.ts';

/**
 * Reads the header of a file, and returns all of its content. Reads 16 KiB for a common header, and at most one chunk
 * more than the length of a longer one. Throws ExrError, and what the source throws.
 */
export async function inspectExr(source: ByteSource, location: ExrLocation): Promise<DescribedHeader> {
  return describeHeader(await readExrHeader(source), source.size, location);
}

/** Without the flags, which the types of the parts follow from. */
export type KnownHeader = Omit<ExrHeader, 'flags'>;

/** Describes a header, whether it was read here or imported. */
export function describeHeader(header: KnownHeader, size: number, location: ExrLocation): DescribedHeader {
  const { parts } = header;
  const inspection = {
    schema_version: EXR_SCHEMA_VERSION,
    file: {
      ...location,
      size,
      frame_number: parseFrameName(location.key ?? location.path)?.frame ?? null,
      part_count: parts.length,
      is_deep: parts.some(({ isDeep }) => isDeep),
      header_hash: header.hash,
    },
    parts: parts.map(describePart),
    channels: parts.flatMap(({ channels }) => channels),
    attributes: parts.flatMap(({ attributes }) => [...attributes.values()]),
    stats: computeStats(header),
    validation: validateExr(header, DEFAULT_EXR_POLICY),
    errors: header.problems,
  };
  const fingerprints = parts.map(({ channels }) => channelFingerprint(channels));
  return { inspection, vectors: { metadata: metadataEmbedding(header), channels: fingerprints } };
}

function describePart(part: ExrHeaderPart): ExrPart {
  return {
    index: part.index,
    name: part.name,
    view: part.view,
    type: part.type,
    data_window: part.dataWindow,
    display_window: part.displayWindow,
    pixel_aspect_ratio: part.pixelAspectRatio,
    line_order: part.lineOrder,
    compression: part.compression,
    software: softwareOf(part.attributes),
    tiles: part.tiles,
    is_deep: part.isDeep,
    timecode: timeCodeOf(part.attributes),
    ...readColor(part.attributes),
  };
}

/** Writers agree on neither the name nor its case. */
function softwareOf(attributes: ReadonlyMap<string, ExrAttribute>): string | null {
  const value = (attributes.get('software') ?? attributes.get('Software'))?.value;
  return typeof value === 'string' ? value : null;
}

function timeCodeOf(attributes: ReadonlyMap<string, ExrAttribute>): ExrTimeCode | null {
  const value = attributes.get('timeCode')?.value;
  return typeof value === 'object' && value !== null && 'drop_frame' in value ? value : null;
}
