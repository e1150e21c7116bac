import { PIXEL_TYPES, type PixelType } from '../attributes/values.ts';
import { EXR_LIMITS, ExrError } from './exr-error.ts';
import { quote, type RawAttribute } from './raw-header.ts';
import { decodeText, endOfText } from './byte-source.ts';

export interface ExrChannel {
  /** The index of its part. */
  readonly part: number;
  /** The whole name, as the file says it. */
  readonly name: string;
  /** The part of the name before its last dot; empty if there is none. */
  readonly layer: string;
  /** The part of the name after its last dot. */
  readonly component: string;
  readonly pixel_type: PixelType;
  readonly x_sampling: number;
  readonly y_sampling: number;
  /** Whether its values are perceived linearly; lossy compressions use it. */
  readonly linear: boolean;
}

/** A channel behind its name: type, linearity, three reserved bytes, two samplings. */
const ENTRY_BYTES = 16;

/** Reads a `chlist` (OpenEXR File Layout, predefined attribute types). Throws ExrError. */
export function readChannels(part: number, raw: RawAttribute): ExrChannel[] {
  const { bytes, offset } = raw;
  const malformed = (at: number, message: string): ExrError => new ExrError('malformed', offset + at, message);
  const channels: ExrChannel[] = [];
  const names = new Set<string>();
  let at = 0;
  for (;;) {
    if (at >= bytes.length) throw malformed(at, 'The list of channels has no end');
    if (bytes[at] === 0) break;
    const end = endOfText(bytes, at, EXR_LIMITS.longNameBytes);
    if (end === 'beyond') throw malformed(at, `The name of a channel is longer than ${EXR_LIMITS.longNameBytes} bytes`);
    if (end === undefined || end + 1 + ENTRY_BYTES > bytes.length) {
      throw malformed(at, 'The list of channels ends within a channel');
    }
    const name = decodeText(bytes, at, end);
    if (names.has(name)) throw malformed(at, `The channel ${quote(name)} is there twice`);
    names.add(name);
    const pixelType = PIXEL_TYPES[bytes.readInt32LE(end + 1)];
    if (pixelType === undefined) throw malformed(end + 1, `The channel ${quote(name)} has an unknown pixel type`);
    const xSampling = bytes.readInt32LE(end + 9);
    const ySampling = bytes.readInt32LE(end + 13);
    if (xSampling < 1 || ySampling < 1) {
      throw malformed(end + 9, `The channel ${quote(name)} has a sampling of ${xSampling} by ${ySampling}`);
    }
    const dot = name.lastIndexOf('.');
    channels.push({
      part,
      name,
      layer: dot < 0 ? '' : name.slice(0, dot),
      component: name.slice(dot + 1),
      pixel_type: pixelType,
      x_sampling: xSampling,
      y_sampling: ySampling,
      linear: bytes[end + 5] !== 0,
    });
    if (channels.length > EXR_LIMITS.channels) {
      throw new ExrError('limit', offset + at, `The file has more than ${EXR_LIMITS.channels} channels`);
    }
    at = end + 1 + ENTRY_BYTES;
  }
  if (at + 1 !== bytes.length) throw malformed(at + 1, 'There are bytes behind the list of channels');
  return channels;
}
