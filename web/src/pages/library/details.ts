import type { Item } from './listing.ts';

interface Essence {
  readonly frame_width?: number;
  readonly frame_height?: number;
  readonly frame_rate?: { readonly numerator: number; readonly denominator?: number };
  readonly sample_rate?: number;
  readonly channels?: number;
}

/** The size and rate of a flow in a few words: `1920x1080 25 fps`, `48 kHz 2 ch`. */
export function detailsOf(item: Item): string {
  if (!('essence_parameters' in item)) return '';
  const {
    frame_width: width,
    frame_height: height,
    frame_rate: rate,
    sample_rate,
    channels,
  } = (item.essence_parameters ?? {}) as Essence;
  const fps = rate && rate.numerator / (rate.denominator ?? 1);
  return [
    width !== undefined && height !== undefined && `${width}x${height}`,
    fps !== undefined && `${Number(fps.toFixed(3))} fps`,
    sample_rate !== undefined && `${sample_rate / 1000} kHz`,
    channels !== undefined && `${channels} ch`,
  ]
    .filter((part) => part !== false)
    .join(' ');
}
