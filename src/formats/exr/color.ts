import type { ExrAttribute } from './attributes/attribute.ts';
import type { ExrChromaticities, ExrNumber, ExrValue } from './attributes/values.ts';

/** Colour properties of a part. Null where the part does not say; OpenEXR's default is the primaries of Rec. 709. */
export interface ExrColor {
  /** From an attribute that names it, else from its primaries; see `colorSpaceOf`. */
  readonly color_space: string | null;
  readonly chromaticities: ExrChromaticities | null;
  /** Luminance of white, in candelas per square metre. */
  readonly white_luminance: ExrNumber | null;
  /** CIE x and y of the colour that shall look neutral. */
  readonly adopted_neutral: readonly ExrNumber[] | null;
  readonly rendering_transform: string | null;
  readonly look_mod_transform: string | null;
  /** Whether the file says that it is an ACES container (SMPTE ST 2065-4). */
  readonly aces_container: boolean;
}

/** Attributes that name a colour space: the standard one (OpenEXR 3.4) first, then those of common writers. */
const NAMING_ATTRIBUTES = ['colorInteropID', 'oiio:ColorSpace', 'colorSpace', 'colorspace'];

/** Red, green, blue and white, each as CIE x and y. */
const KNOWN_PRIMARIES: readonly (readonly [name: string, coordinates: readonly number[]])[] = [
  ['lin_rec709', [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329]],
  ['lin_rec2020', [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329]],
  ['lin_p3d65', [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329]],
  ['lin_ap0', [0.7347, 0.2653, 0, 1, 0.0001, -0.077, 0.32168, 0.33767]],
  ['lin_ap1', [0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767]],
];
const TOLERANCE = 1e-3;

export function readColor(attributes: ReadonlyMap<string, ExrAttribute>): ExrColor {
  const valueOf = (name: string, type: string): ExrValue => {
    const attribute = attributes.get(name);
    return attribute?.type === type && !isRaw(attribute.value) ? attribute.value : null;
  };
  const chromaticities = valueOf('chromaticities', 'chromaticities') as ExrChromaticities | null;
  const text = (name: string): string | null => (valueOf(name, 'string') as string | null) ?? null;
  return {
    color_space:
      NAMING_ATTRIBUTES.map(text).find((name) => name !== null && name !== '') ?? colorSpaceOf(chromaticities),
    chromaticities,
    white_luminance: valueOf('whiteLuminance', 'float') as ExrNumber | null,
    adopted_neutral: valueOf('adoptedNeutral', 'v2f') as readonly ExrNumber[] | null,
    rendering_transform: text('renderingTransform'),
    look_mod_transform: text('lookModTransform'),
    aces_container: valueOf('acesImageContainerFlag', 'int') === 1,
  };
}

/** A malformed value is kept as its bytes, whatever its type says. */
function isRaw(value: ExrValue): boolean {
  return typeof value === 'object' && value !== null && 'base64' in value;
}

/** The colour space with these primaries; values in EXR files are linear. Null for primaries of something else. */
function colorSpaceOf(chromaticities: ExrChromaticities | null): string | null {
  if (chromaticities === null) return null;
  const { red, green, blue, white } = chromaticities;
  const given = [...red, ...green, ...blue, ...white];
  const isClose = (value: ExrNumber | undefined, known: number): boolean =>
    typeof value === 'number' && Math.abs(value - known) < TOLERANCE;
  const found = KNOWN_PRIMARIES.find(([, known]) => known.every((value, index) => isClose(given[index], value)));
  return found?.[0] ?? null;
}
