import type { ExrChannel } from '../../../../formats/exr/header/channel-list.ts';
import { channelFamilies } from './channel-features.ts';
import { embed } from './feature-vector.ts';

export const CHANNEL_FINGERPRINT_DIMENSIONS = 128;

/** A vector of unit length for the channels of a part: their layers, components, types and samplings. */
export function channelFingerprint(channels: readonly ExrChannel[]): Float32Array {
  return embed(channelFamilies(channels), CHANNEL_FINGERPRINT_DIMENSIONS);
}
