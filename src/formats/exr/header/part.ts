import type { Buffer } from 'node:buffer';
import { decodeBox2i, decodeTiles, ValueError } from '../attributes/decoders.ts';
import { compressionName, type ExrBox, type ExrTiles, LINE_ORDERS, shortFloat } from '../attributes/values.ts';
import { type ExrChannel, readChannels } from './channel-list.ts';
import { ExrError } from './exr-error.ts';
import { quote, type RawAttribute, type RawHeader, type RawPart } from './raw-header.ts';
import { decodeText } from './byte-source.ts';

/** Attributes that the image of a part depends on. */
export interface PartStructure {
  readonly index: number;
  /** Null where the file has one part and does not name it. */
  readonly name: string | null;
  readonly view: string | null;
  /** `scanlineimage`, `tiledimage`, `deepscanline` or `deeptile`; libraries may add others to multi-part files. */
  readonly type: string;
  readonly dataWindow: ExrBox<number>;
  readonly displayWindow: ExrBox<number>;
  readonly pixelAspectRatio: number;
  readonly lineOrder: string;
  readonly compression: string;
  readonly tiles: ExrTiles | null;
  readonly isDeep: boolean;
  readonly channels: readonly ExrChannel[];
}

/** The library refuses larger coordinates, since sums of them would overflow. */
const COORDINATE_LIMIT = 2 ** 30;
const ASPECT_RANGE = { least: 1e-6, most: 1e6 };

/** Reads and checks what the file layout demands of every header. Throws ExrError. */
export function readPartStructure(index: number, raw: RawPart, flags: RawHeader['flags']): PartStructure {
  const where = flags.multiPart ? ` of part ${index}` : '';
  const find = (name: string): RawAttribute | undefined => raw.attributes.get(name);
  const need = (name: string): RawAttribute => {
    const attribute = find(name);
    if (attribute === undefined) {
      throw new ExrError('malformed', raw.end, `The header${where} has no attribute ${quote(name)}`);
    }
    return attribute;
  };
  const text = (name: string): string | null => {
    const attribute = find(name);
    return attribute === undefined ? null : read(attribute, 'string', undefined, (bytes) => decodeText(bytes));
  };

  const type = partType(
    flags,
    flags.multiPart || flags.deep ? read(need('type'), 'string', undefined, (bytes) => decodeText(bytes)) : '',
  );
  const name = flags.multiPart ? read(need('name'), 'string', undefined, (bytes) => decodeText(bytes)) : text('name');
  const channels = read(need('channels'), 'chlist', undefined, () => readChannels(index, need('channels')));
  const tiled = type === 'tiledimage' || type === 'deeptile';
  return {
    index,
    name,
    view: text('view'),
    type,
    dataWindow: read(need('dataWindow'), 'box2i', 16, decodeWindow),
    displayWindow: read(need('displayWindow'), 'box2i', 16, decodeWindow),
    pixelAspectRatio: read(need('pixelAspectRatio'), 'float', 4, decodeAspectRatio),
    lineOrder: read(need('lineOrder'), 'lineOrder', 1, decodeLineOrder),
    compression: read(need('compression'), 'compression', 1, (bytes) => compressionName(bytes.readUInt8(0))),
    // A tile description in a file of scan lines means nothing (OpenEXR File Layout, tile header attribute).
    tiles: tiled ? read(need('tiles'), 'tiledesc', 9, decodeTileSizes) : null,
    isDeep: type === 'deepscanline' || type === 'deeptile',
    channels,
  };
}

/** In a file of one flat image the flag decides, whatever the attribute says (OpenEXR File Layout, version field). */
function partType(flags: RawHeader['flags'], attribute: string): string {
  if (flags.multiPart || flags.deep) return attribute;
  return flags.tiled ? 'tiledimage' : 'scanlineimage';
}

function read<Value>(
  attribute: RawAttribute,
  type: string,
  size: number | undefined,
  decode: (bytes: Buffer) => Value,
): Value {
  const { name, offset, bytes } = attribute;
  const fail = (message: string): ExrError =>
    new ExrError('malformed', offset, `The attribute ${quote(name)} ${message}`);
  if (attribute.type !== type) throw fail(`is of type ${quote(attribute.type)}, not ${type}`);
  if (size !== undefined && attribute.size !== size) throw fail(`takes ${attribute.size} bytes, not ${size}`);
  if (bytes.length < attribute.size) {
    throw new ExrError('limit', offset, `The attribute ${quote(name)} takes ${attribute.size} bytes`);
  }
  try {
    return decode(bytes);
  } catch (error) {
    throw error instanceof ValueError ? fail(error.message) : error;
  }
}

function decodeWindow(bytes: Buffer): ExrBox<number> {
  const window = decodeBox2i(bytes);
  if (window.x_max < window.x_min || window.y_max < window.y_min) throw new ValueError('is an empty window');
  if ([window.x_min, window.y_min, window.x_max, window.y_max].some(isFarOut)) {
    throw new ValueError('is a window too far out');
  }
  return window;
}

function isFarOut(coordinate: number): boolean {
  return Math.abs(coordinate) >= COORDINATE_LIMIT;
}

function decodeAspectRatio(bytes: Buffer): number {
  const ratio = shortFloat(bytes.readFloatLE(0));
  if (!(ratio >= ASPECT_RANGE.least && ratio <= ASPECT_RANGE.most)) throw new ValueError(`is ${ratio}`);
  return ratio;
}

function decodeLineOrder(bytes: Buffer): string {
  const number = bytes.readUInt8(0);
  const name = LINE_ORDERS[number];
  if (name === undefined) throw new ValueError(`has the value ${number}, which means nothing`);
  return name;
}

function decodeTileSizes(bytes: Buffer): ExrTiles {
  const tiles = decodeTiles(bytes);
  if (tiles.x_size < 1 || tiles.y_size < 1) throw new ValueError('is a tile without pixels');
  return tiles;
}
