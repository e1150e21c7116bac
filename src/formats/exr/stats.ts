import { type ExrBox, PIXEL_TYPES, type PixelType } from './attributes/values.ts';
import type { ExrHeader, ExrHeaderPart } from './header/header.ts';

export interface ExrStats {
  readonly part_count: number;
  readonly channel_count: number;
  readonly attribute_count: number;
  /** Named layers; that of the channels without one does not count. */
  readonly layer_count: number;
  readonly channels_by_type: Readonly<Record<PixelType, number>>;
  /** In the data windows of all parts. */
  readonly pixel_count: number;
  /** Uncompressed size of the flat parts' pixels at full resolution; headers do not tell that of deep parts. */
  readonly uncompressed_bytes: number;
  readonly header_bytes: number;
  /** Bytes and reads that the inspection fetched. */
  readonly bytes_read: number;
  readonly reads: number;
}

const BYTES_OF_TYPE: Readonly<Record<PixelType, number>> = { uint: 4, half: 2, float: 4 };

export function computeStats({ parts, length, fetched }: Pick<ExrHeader, 'parts' | 'length' | 'fetched'>): ExrStats {
  const channels = parts.flatMap((part) => part.channels);
  const countOf = (type: PixelType): number => channels.filter((channel) => channel.pixel_type === type).length;
  return {
    part_count: parts.length,
    channel_count: channels.length,
    attribute_count: sum(parts.map(({ attributes }) => attributes.size)),
    layer_count: new Set(channels.map(({ layer }) => layer).filter((layer) => layer !== '')).size,
    channels_by_type: Object.fromEntries(PIXEL_TYPES.map((type) => [type, countOf(type)])) as Record<PixelType, number>,
    pixel_count: sum(parts.map(({ dataWindow }) => widthOf(dataWindow) * heightOf(dataWindow))),
    uncompressed_bytes: sum(parts.filter(({ isDeep }) => !isDeep).map(uncompressedBytes)),
    header_bytes: length,
    bytes_read: fetched.bytes,
    reads: fetched.reads,
  };
}

export function widthOf(window: ExrBox<number>): number {
  return window.x_max - window.x_min + 1;
}

export function heightOf(window: ExrBox<number>): number {
  return window.y_max - window.y_min + 1;
}

function uncompressedBytes({ dataWindow, channels }: ExrHeaderPart): number {
  return sum(
    channels.map(
      ({ pixel_type, x_sampling, y_sampling }) =>
        samples(dataWindow.x_min, dataWindow.x_max, x_sampling) *
        samples(dataWindow.y_min, dataWindow.y_max, y_sampling) *
        BYTES_OF_TYPE[pixel_type],
    ),
  );
}

/** Coordinates from `min` to `max` that the sampling divides: only they have a sample. */
function samples(min: number, max: number, sampling: number): number {
  return Math.floor(max / sampling) - Math.ceil(min / sampling) + 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
