import type { ExrAttribute } from '../../../../src/formats/exr/attributes/attribute.ts';
import type {
  ExrBox,
  ExrChromaticities,
  ExrKeyCode,
  ExrNumber,
  ExrPreview,
  ExrRational,
  ExrTiles,
  ExrTimeCode,
} from '../../../../src/formats/exr/attributes/values.ts';
import type { ExrHeaderPart } from '../../../../src/formats/exr/header/header.ts';

/*
 * What `exrheader` prints of an attribute, made from our value of it: the two texts are the same where both programs
 * read the same.
 */

const COMPRESSION_TEXTS: Readonly<Record<string, string>> = {
  none: 'none',
  rle: 'run-length encoding',
  zips: 'zip, individual scanlines',
  zip: 'zip, multi-scanline blocks',
  piz: 'piz',
  pxr24: 'pxr24',
  b44: 'b44',
  b44a: 'b44a',
  dwaa: 'dwa, small scanline blocks',
  dwab: 'dwa, medium scanline blocks',
};
const PIXEL_TYPE_TEXTS = {
  uint: '32-bit unsigned integer',
  half: '16-bit floating-point',
  float: '32-bit floating-point',
};
const LEVEL_TEXTS: Readonly<Record<string, string>> = {
  one_level: 'single level',
  mipmap_levels: 'mip-map',
  ripmap_levels: 'rip-map',
};

/** Undefined for a type whose value `exrheader` 3.1 does not print. */
export function exrHeaderText({ name, type, value }: ExrAttribute, part: ExrHeaderPart): string | undefined {
  switch (type) {
    case 'box2i':
    case 'box2f':
      return box(value as ExrBox);
    case 'chlist':
      return part.channels
        .map((channel) => {
          const { pixel_type: pixelType, x_sampling: x, y_sampling: y, linear } = channel;
          return `${channel.name}, ${PIXEL_TYPE_TEXTS[pixelType]}, sampling ${x} ${y}${linear ? ', plinear' : ''}`;
        })
        .join(' ');
    case 'chromaticities':
      return Object.entries(value as ExrChromaticities)
        .map(([color, point]) => `${color} ${vector(point as ExrNumber[])}`)
        .join(' ');
    case 'compression':
      return COMPRESSION_TEXTS[value as string];
    case 'envmap':
      return value === 'cube' ? 'cube-face map' : 'latitude-longitude map';
    case 'float':
      return print(value as ExrNumber);
    case 'int':
      return print(value as number, 10);
    case 'keycode':
      return keyCode(value as ExrKeyCode);
    case 'lineOrder':
      return (value as string).replace('_', ' ');
    case 'm33f':
    case 'm44f':
    case 'v2i':
    case 'v2f':
    case 'v3i':
    case 'v3f':
      return vector(value as ExrNumber[]);
    case 'preview': {
      const { width, height } = value as ExrPreview;
      return `${width} by ${height} pixels`;
    }
    case 'rational': {
      const { numerator, denominator } = value as ExrRational;
      return `${numerator}/${denominator} (${print(numerator / denominator)})`;
    }
    case 'string':
      return `"${value as string}"`;
    case 'stringvector':
      return (value as string[]).map((text) => `"${text}"`).join(' ');
    case 'tiledesc':
      return tiles(value as ExrTiles);
    case 'timecode':
      return timeCode(value as ExrTimeCode);
    case 'bytes':
    case 'floatvector':
    case 'm33d':
    case 'm44d':
    case 'v2d':
    case 'v3d':
      return undefined;
    default:
      throw new Error(`no text for ${name} of type ${type}`);
  }
}

/** As C++ streams print a number: of a float six digits, of an int all ten. */
function print(number: ExrNumber, digits = 6): string {
  return typeof number === 'number' ? String(Number(number.toPrecision(digits))) : number;
}

function vector(numbers: readonly ExrNumber[]): string {
  return `(${numbers.map((number) => print(number)).join(' ')})`;
}

function box({ x_min, y_min, x_max, y_max }: ExrBox): string {
  return `${vector([x_min, y_min])} - ${vector([x_max, y_max])}`;
}

function keyCode(code: ExrKeyCode): string {
  return (
    `film manufacturer code ${code.film_mfc_code} film type code ${code.film_type} prefix ${code.prefix} ` +
    `count ${code.count} perf offset ${code.perf_offset} perfs per frame ${code.perfs_per_frame} ` +
    `perfs per count ${code.perfs_per_count}`
  );
}

function tiles({ x_size, y_size, level_mode, rounding_mode }: ExrTiles): string {
  const rounding = level_mode === 'one_level' ? '' : ` level sizes rounded ${rounding_mode.replace('round_', '')}`;
  return `${LEVEL_TEXTS[level_mode] ?? ''} tile size ${x_size} by ${y_size} pixels${rounding}`;
}

function timeCode(code: ExrTimeCode): string {
  const flag = (value: boolean): number => (value ? 1 : 0);
  const [bgf0, bgf1, bgf2] = code.binary_group_flags;
  return (
    `time ${code.text.replace(';', ':')} drop frame ${flag(code.drop_frame)}, color frame ${flag(code.color_frame)}, ` +
    `field/phase ${flag(code.field_phase)} bgf0 ${bgf0}, bgf1 ${bgf1}, bgf2 ${bgf2} ` +
    `user data 0x${code.user_data.toString(16)}`
  );
}
