/** The codecs of an initialisation, as players are told of them (RFC 6381; ISO/IEC 14496-15, Annex E; the bindings of AV1 and VP9). */

/** Bytes of a sample entry before its boxes (ISO/IEC 14496-12, 8.5.2). */
const VISUAL_BYTES = 78;
const AUDIO_BYTES = 28;
const HEADER_BYTES = 8;
const FULL_BOX_BYTES = 4;
/** The boxes around the description of samples, from the outermost on. */
const CONTAINERS = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'];

interface Box {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * @param head the first bytes of a file, with all of its `moov`
 * @returns one for each track; undefined where one of them is not known, or there is none
 */
export function codecStrings(head: Buffer): string[] | undefined {
  const entries = sampleEntries(head);
  const codecs = entries.map(codecOf);
  return codecs.length > 0 && codecs.every((codec) => codec !== undefined) ? [...new Set(codecs)] : undefined;
}

/** The first of each track. */
function sampleEntries(head: Buffer): Box[] {
  let contents = [head];
  for (const container of CONTAINERS) {
    contents = contents.flatMap((content) =>
      boxesIn(content).flatMap(({ type, content: inner }) => (type === container ? [inner] : [])),
    );
  }
  return contents.flatMap((content) => boxesIn(content.subarray(FULL_BOX_BYTES + 4)).slice(0, 1));
}

/** Without one that is cut off. */
function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const size = bytes.readUInt32BE(at);
    if (size < HEADER_BYTES || at + size > bytes.length) break;
    const type = bytes.toString('latin1', at + 4, at + HEADER_BYTES);
    boxes.push({ type, content: bytes.subarray(at + HEADER_BYTES, at + size) });
    at += size;
  }
  return boxes;
}

function codecOf({ type, content }: Box): string | undefined {
  const box = (name: string, after: number): Buffer | undefined =>
    boxesIn(content.subarray(after)).find((each) => each.type === name)?.content;
  switch (type) {
    case 'avc1':
    case 'avc3':
      return avc(type, box('avcC', VISUAL_BYTES));
    case 'hvc1':
    case 'hev1':
      return hevc(type, box('hvcC', VISUAL_BYTES));
    case 'av01':
      return av1(box('av1C', VISUAL_BYTES));
    case 'vp09':
      return vp9(box('vpcC', VISUAL_BYTES));
    case 'mp4a':
      return mpeg4Audio(box('esds', AUDIO_BYTES));
    case 'Opus':
      return 'opus';
    case 'ac-3':
    case 'ec-3':
    case 'fLaC':
      return type;
    default:
      return undefined;
  }
}

const avc = (type: string, record: Buffer | undefined): string | undefined =>
  record && record.length >= 4 ? `${type}.${record.toString('hex', 1, 4)}` : undefined;

function hevc(type: string, record: Buffer | undefined): string | undefined {
  if (record === undefined || record.length < 13) return undefined;
  const general = record.readUInt8(1);
  const space = ['', 'A', 'B', 'C'][general >> 6] ?? '';
  const compatible = mirrored(record.readUInt32BE(2)).toString(16).toUpperCase();
  const tier = (general & 0x20) === 0 ? 'L' : 'H';
  const constraints = [...record.subarray(6, 12)].map((byte) => byte.toString(16).toUpperCase());
  while (constraints.at(-1) === '0') constraints.pop();
  return [type, `${space}${general & 0x1f}`, compatible, `${tier}${record.readUInt8(12)}`, ...constraints].join('.');
}

/** The 32 bits in the other order. */
function mirrored(bits: number): number {
  let mirror = 0;
  for (let bit = 0; bit < 32; bit++) mirror = (mirror << 1) | ((bits >>> bit) & 1);
  return mirror >>> 0;
}

function av1(record: Buffer | undefined): string | undefined {
  if (record === undefined || record.length < 4) return undefined;
  const [profile, level, more] = [record.readUInt8(1) >> 5, record.readUInt8(1) & 0x1f, record.readUInt8(2)];
  const depth = (more & 0x40) === 0 ? 8 : profile === 2 && (more & 0x20) !== 0 ? 12 : 10;
  return `av01.${profile}.${twoDigits(level)}${(more & 0x80) === 0 ? 'M' : 'H'}.${twoDigits(depth)}`;
}

function vp9(box: Buffer | undefined): string | undefined {
  const record = box?.subarray(FULL_BOX_BYTES);
  if (record === undefined || record.length < 3) return undefined;
  const [profile, level, depth] = [record.readUInt8(0), record.readUInt8(1), record.readUInt8(2) >> 4];
  return ['vp09', ...[profile, level, depth].map(twoDigits)].join('.');
}

const [ES, DECODER_CONFIG, DECODER_SPECIFIC] = [3, 4, 5];
const MPEG4_AUDIO = 0x40;

/** The object types of ISO/IEC 14496-1 and -3, through the descriptors that they lie in. */
function mpeg4Audio(box: Buffer | undefined): string | undefined {
  const stream = box && descriptor(box.subarray(FULL_BOX_BYTES), ES);
  if (stream === undefined || stream.length < 3 || (stream.readUInt8(2) & 0xe0) !== 0) return undefined;
  const config = descriptor(stream.subarray(3), DECODER_CONFIG);
  if (config === undefined || config.length < 13) return undefined;
  const indication = config.readUInt8(0);
  if (indication !== MPEG4_AUDIO) return `mp4a.${indication.toString(16).padStart(2, '0')}`;
  const specific = descriptor(config.subarray(13), DECODER_SPECIFIC);
  if (specific === undefined || specific.length < 2) return undefined;
  const first = specific.readUInt16BE(0);
  const type = first >> 11;
  return `mp4a.40.${type === 31 ? 32 + ((first >> 5) & 0x3f) : type}`;
}

/** Content of a descriptor, whose length is written in up to four bytes of seven bits. */
function descriptor(bytes: Buffer, tag: number): Buffer | undefined {
  if (bytes[0] !== tag) return undefined;
  let [at, length] = [1, 0];
  for (let byte = 0x80; (byte & 0x80) !== 0 && at <= 4; at++) {
    byte = bytes[at] ?? 0;
    length = (length << 7) | (byte & 0x7f);
  }
  return bytes.subarray(at, at + length);
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** The beginning of a file of ISO base media (ISO/IEC 14496-12), as far as players need it before its fragments. */
type InitExtent =
  /** `ftyp`, `moov` and what else lies before the first fragment. */
  | { readonly bytes: number; readonly fragmented: true }
  /** A file with all samples in one `mdat`. */
  | { readonly fragmented: false }
  /** More has to be read: this many bytes from the start. */
  | { readonly needs: number };
const LARGE_HEADER_BYTES = 16;

/** @param head the first bytes. Undefined: no such file, or nothing says how it goes on. */
export function initExtent(head: Buffer): InitExtent | undefined {
  let at = 0;
  let fragmented = false;
  for (;;) {
    if (at + LARGE_HEADER_BYTES > head.length) return { needs: at + LARGE_HEADER_BYTES };
    const type = head.toString('latin1', at + 4, at + HEADER_BYTES);
    if (at === 0 && !/^(?:ftyp|styp|moov|moof|sidx)$/.test(type)) return undefined;
    if (type === 'moof' || type === 'sidx') return { bytes: at, fragmented: true };
    if (type === 'mdat') return fragmented ? { bytes: at, fragmented } : { fragmented: false };
    const short = head.readUInt32BE(at);
    const size = short === 1 ? Number(head.readBigUInt64BE(at + HEADER_BYTES)) : short;
    if (size < HEADER_BYTES) return undefined;
    if (type === 'moov') {
      if (at + size > head.length) return { needs: at + size + LARGE_HEADER_BYTES };
      fragmented = head.subarray(at, at + size).includes('mvex', HEADER_BYTES, 'latin1');
      if (!fragmented) return { fragmented: false };
    }
    at += size;
  }
}
