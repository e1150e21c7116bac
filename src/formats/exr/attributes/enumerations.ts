/** The index is the number in the file (OpenEXR File Layout, predefined attribute types; the last two since 3.5). */
export const COMPRESSIONS = [
  'none',
  'rle',
  'zips',
  'zip',
  'piz',
  'pxr24',
  'b44',
  'b44a',
  'dwaa',
  'dwab',
  'htj2k256',
  'htj2k32',
  'lj2k',
  'zstd',
] as const;

export const LINE_ORDERS = ['increasing_y', 'decreasing_y', 'random_y'] as const;
export const PIXEL_TYPES = ['uint', 'half', 'float'] as const;
export const LEVEL_MODES = ['one_level', 'mipmap_levels', 'ripmap_levels'] as const;
export const ROUNDING_MODES = ['round_down', 'round_up'] as const;
export const ENVIRONMENT_MAPS = ['latlong', 'cube'] as const;
export const DEEP_IMAGE_STATES = ['messy', 'sorted', 'non_overlapping', 'tidy'] as const;

export type PixelType = (typeof PIXEL_TYPES)[number];

/** Names a compression; one that this table does not have is `unknown(14)`. */
export function compressionName(number: number): string {
  return COMPRESSIONS[number] ?? `unknown(${number})`;
}
