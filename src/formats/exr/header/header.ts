import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type ExrAttribute, type ExrProblem, readAttribute } from '../attributes/attribute.ts';
import { type ByteSource, decodeText } from './byte-source.ts';
import { type ExrChannel, readChannels } from './channel-list.ts';
import { EXR_LIMITS, ExrError } from './exr-error.ts';
import { quote, type RawAttribute, type RawHeader, type RawPart, readRawHeader } from './raw-header.ts';
import { decodeBox2i, decodeTiles, nameOf, ValueError } from '../attributes/decoders.ts';
import { compressionName, type ExrBox, type ExrTiles, LINE_ORDERS, shortFloat } from '../attributes/values.ts';

/** Attributes that the image of a part depends on. */
interface PartStructure {
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
function readPartStructure(index: number, raw: RawPart, flags: RawHeader['flags']): PartStructure {
  const where = flags.multiPart ? ` of part ${index}` : '';
  const find = (name: string): RawAttribute | undefined => raw.attributes.get(name);
  const need = (name: string): RawAttribute => {
    const attribute = find(name);
    if (attribute === undefined) {
      throw new ExrError('malformed', raw.end, `The header${where} has no attribute ${quote(name)}`);
    }
    return attribute;
  };
  const textOf = (attribute: RawAttribute): string =>
    read(attribute, 'string', undefined, (bytes) => decodeText(bytes));
  const text = (name: string): string | null => {
    const attribute = find(name);
    return attribute === undefined ? null : textOf(attribute);
  };

  // In a file of one flat image the flag decides, whatever the attribute says (OpenEXR File Layout, version field).
  const flatType = flags.tiled ? 'tiledimage' : 'scanlineimage';
  const type = flags.multiPart || flags.deep ? textOf(need('type')) : flatType;
  const name = flags.multiPart ? textOf(need('name')) : text('name');
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
    lineOrder: read(need('lineOrder'), 'lineOrder', 1, (bytes) => nameOf(LINE_ORDERS, bytes.readUInt8(0))),
    compression: read(need('compression'), 'compression', 1, (bytes) => compressionName(bytes.readUInt8(0))),
    // A tile description in a file of scan lines means nothing (OpenEXR File Layout, tile header attribute).
    tiles: tiled ? read(need('tiles'), 'tiledesc', 9, decodeTileSizes) : null,
    isDeep: type === 'deepscanline' || type === 'deeptile',
    channels,
  };
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
  const coordinates = [window.x_min, window.y_min, window.x_max, window.y_max];
  if (coordinates.some((coordinate) => Math.abs(coordinate) >= COORDINATE_LIMIT)) {
    throw new ValueError('is a window too far out');
  }
  return window;
}

function decodeAspectRatio(bytes: Buffer): number {
  const ratio = shortFloat(bytes.readFloatLE(0));
  if (!(ratio >= ASPECT_RANGE.least && ratio <= ASPECT_RANGE.most)) throw new ValueError(`is ${ratio}`);
  return ratio;
}

function decodeTileSizes(bytes: Buffer): ExrTiles {
  const tiles = decodeTiles(bytes);
  if (tiles.x_size < 1 || tiles.y_size < 1) throw new ValueError('is a tile without pixels');
  return tiles;
}

export interface ExrHeader {
  readonly flags: RawHeader['flags'];
  readonly parts: readonly ExrHeaderPart[];
  /** Problems of attributes that the image does not depend on. */
  readonly problems: readonly ExrProblem[];
  /** See `hashHeader`. */
  readonly hash: string;
  /** Length in the file in bytes, magic number included. */
  readonly length: number;
  readonly fetched: RawHeader['fetched'];
}

export interface ExrHeaderPart extends PartStructure {
  /** Attributes by name, in the file's order; the value of `channels` is the list of their names. */
  readonly attributes: ReadonlyMap<string, ExrAttribute>;
}

/**
 * Reads the header of an OpenEXR file: all parts, flat or deep, scan lines or tiles. At most one chunk of
 * `LARGEST_CHUNK_BYTES` is fetched beyond it. Throws ExrError, and what the source throws.
 */
export async function readExrHeader(source: ByteSource): Promise<ExrHeader> {
  const raw = await readRawHeader(source);
  const problems: ExrProblem[] = [];
  let channelCount = 0;
  const parts = raw.parts.map((part, index): ExrHeaderPart => {
    const structure = readPartStructure(index, part, raw.flags);
    channelCount += structure.channels.length;
    if (channelCount > EXR_LIMITS.channels) {
      throw new ExrError('limit', part.end, `The file has more than ${EXR_LIMITS.channels} channels`);
    }
    problems.push(...missingAttributes(index, part, raw.flags));
    const attributes = new Map<string, ExrAttribute>();
    for (const attribute of part.attributes.values()) {
      attributes.set(
        attribute.name,
        attribute.name === 'channels'
          ? channelNames(structure, attribute.size)
          : readAttribute(index, attribute, (problem) => problems.push(problem)),
      );
    }
    return { ...structure, attributes };
  });
  checkNames(parts, raw);
  return { flags: raw.flags, parts, problems, hash: hashHeader(raw), length: raw.length, fetched: raw.fetched };
}

function channelNames({ index, channels }: PartStructure, size: number): ExrAttribute {
  return { part: index, name: 'channels', type: 'chlist', size, value: channels.map(({ name }: ExrChannel) => name) };
}

/** Attributes that the file layout requires and nothing here depends on: a file without them can still be read. */
function missingAttributes(part: number, raw: RawPart, flags: RawHeader['flags']): ExrProblem[] {
  const demanded = ['screenWindowCenter', 'screenWindowWidth'];
  if (flags.multiPart || flags.deep) demanded.push('chunkCount');
  return demanded
    .filter((name) => !raw.attributes.has(name))
    .map((attribute) => ({ part, attribute, offset: raw.end, message: 'The attribute is missing.' }));
}

/** Names tell parts apart, so no two are the same (OpenEXR File Layout, multi-part header attributes). */
function checkNames(parts: readonly ExrHeaderPart[], raw: RawHeader): void {
  if (!raw.flags.multiPart) return;
  if (new Set(parts.map(({ name }) => name)).size < parts.length) {
    throw new ExrError('malformed', raw.length, 'Two parts have the same name');
  }
}

/**
 * SHA-256 of the canonical header, in hex: the flags that say what kind of file it is, and part by part the attributes
 * in the order of their names, each with its type, its size and what was read of its value. Equal for headers that
 * differ only in the order of attributes.
 */
function hashHeader({ flags, parts }: RawHeader): string {
  let text = `exr 2 ${flags.tiled} ${flags.deep} ${flags.multiPart} ${parts.length}\n`;
  const values: Buffer[] = [];
  for (const { attributes } of parts) {
    const sorted = [...attributes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    text += `${sorted.length}\n`;
    // Names and types hold no zero byte, and the sizes tell the values apart: no two headers give the same bytes.
    for (const { name, type, size, bytes } of sorted) {
      text += `${name}\0${type}\0${size} ${bytes.length}\n`;
      values.push(bytes);
    }
  }
  return createHash('sha256').update(`${text}\0`).update(Buffer.concat(values)).digest('hex');
}
