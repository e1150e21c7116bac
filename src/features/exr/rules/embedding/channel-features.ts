import type { ExrChannel } from '../../../../formats/exr/header/channel-list.ts';
import { embed, type FeatureFamily, type Features } from './feature-vector.ts';

/**
 * Features of channels: each with its type, alone and in its layer; and the share of each type, so that a file of
 * halves differs from the same file in floats.
 */
export function channelFamilies(channels: readonly ExrChannel[], layerOf = ownLayer): FeatureFamily[] {
  return [
    {
      name: 'typed',
      weight: 2.5,
      features: count(channels, (channel) => `${layerOf(channel)}.${channel.component}:${shape(channel)}`),
    },
    { name: 'named', weight: 1, features: count(channels, (channel) => `${layerOf(channel)}.${channel.component}`) },
    { name: 'layer', weight: 1, features: count(channels, layerOf) },
    { name: 'component', weight: 0.5, features: count(channels, ({ component }) => component) },
    { name: 'type', weight: 1.25, features: count(channels, shape) },
  ];
}

function ownLayer({ layer }: ExrChannel): string {
  return layer;
}

function shape({ pixel_type, x_sampling, y_sampling, linear }: ExrChannel): string {
  return `${pixel_type}/${x_sampling}x${y_sampling}${linear ? '/linear' : ''}`;
}

/** Counts grow by the logarithm: a tenth light layer says less than the first. */
function count(channels: readonly ExrChannel[], featureOf: (channel: ExrChannel) => string): Features {
  const counts = new Map<string, number>();
  for (const channel of channels) {
    const feature = featureOf(channel);
    counts.set(feature, (counts.get(feature) ?? 0) + 1);
  }
  for (const [feature, occurrences] of counts) counts.set(feature, Math.log2(1 + occurrences));
  return counts;
}

export const CHANNEL_FINGERPRINT_DIMENSIONS = 128;

/** A vector of unit length for the channels of a part: their layers, components, types and samplings. */
export function channelFingerprint(channels: readonly ExrChannel[]): Float32Array {
  return embed(channelFamilies(channels), CHANNEL_FINGERPRINT_DIMENSIONS);
}
