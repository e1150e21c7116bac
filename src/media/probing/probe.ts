import { runTool, ToolFailure, type ToolReport } from './run-tool.ts';
import { least, parseFraction, ticksToNs, type TimeBase } from './ticks.ts';

/** ffprobe's properties of a stream that are used here; all but the first three may be missing. */
export interface ProbedStream {
  readonly index: number;
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly profile?: string;
  readonly level?: number;
  readonly width?: number;
  readonly height?: number;
  readonly pix_fmt?: string;
  readonly field_order?: string;
  readonly color_space?: string;
  readonly color_transfer?: string;
  readonly sample_aspect_ratio?: string;
  readonly display_aspect_ratio?: string;
  readonly r_frame_rate?: string;
  readonly avg_frame_rate?: string;
  readonly time_base?: string;
  readonly start_pts?: number;
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly bits_per_sample?: number;
  readonly bits_per_raw_sample?: string;
  readonly id?: string;
  readonly extradata?: string;
  readonly disposition?: { readonly attached_pic?: number };
  readonly has_b_frames?: number;
  readonly tags?: Tags;
}

/** Their names are written in capitals in Matroska. */
export type Tags = Readonly<Record<string, string>>;

export interface ProbedFile {
  readonly format: {
    readonly format_name?: string;
    readonly start_time?: string;
    readonly duration?: string;
    readonly tags?: Tags;
  };
  /** Pictures and sound, without cover art. */
  readonly streams: readonly ProbedStream[];
  /** Other streams: subtitles, data, cover art. */
  readonly others: readonly ProbedStream[];
}

/** One coded frame as the file has it, times in ticks of its stream. */
export interface RawPacket {
  readonly pts: bigint | undefined;
  /** Matroska has none; ffprobe works out most. */
  readonly dts: bigint | undefined;
  readonly duration: bigint;
  readonly isKey: boolean;
  /** Whether the file says that it is not to be shown: an edit list that begins or ends within its media. */
  readonly isHidden: boolean;
}

/** A frame of which it is known when it is shown. */
export interface Packet extends RawPacket {
  readonly pts: bigint;
}

/** The packets of a file, by stream index. */
export interface ProbedPackets<Each extends RawPacket = Packet> {
  /** Each stream's codec, clock and size, without the rest of `probeFile`. */
  readonly streams: ReadonlyMap<number, ProbedStream>;
  /** In the order in which they lie in the file. */
  readonly packets: ReadonlyMap<number, readonly Each[]>;
  /** How many packets lack bytes: a transport stream lost some on its way. */
  readonly corruptPackets: number;
}

/** A file that cannot be read to its end, or not all of it. */
export class DamagedMedia extends Error {
  override readonly name = 'DamagedMedia';
  /** Without the name of the file. */
  readonly reason: string;

  constructor(file: string, reason: string) {
    const problem = `is damaged, or no media that ffmpeg reads: ${reason.replace(/\.$/, '')}`;
    super(`${file} ${problem}.`);
    this.reason = `it ${problem}`;
  }
}

/** Media of a kind that cannot be described in TAMS, or cut. */
export class UnsupportedMedia extends Error {
  override readonly name = 'UnsupportedMedia';
}

/** Media that a store serves, with the name that errors have for it instead of its signed URL. */
export interface ServedMedia {
  readonly name: string;
  readonly url: string;
}

export async function probeFile(file: string | ServedMedia): Promise<ProbedFile> {
  const args = ['-show_format', '-show_streams', '-show_data', '-of', 'json', ...inputOf(file)];
  let output = '';
  await probe(file, args, (text) => (output += text));
  const probed = JSON.parse(output) as Omit<ProbedFile, 'others'>;
  const isEssence = ({ codec_type: type, disposition }: ProbedStream): boolean =>
    (type === 'video' && disposition?.attached_pic !== 1) || type === 'audio';
  return {
    format: probed.format,
    streams: probed.streams.filter(isEssence),
    others: probed.streams.filter((stream) => !isEssence(stream)),
  };
}

/**
 * Demuxers of files that hold media themselves. Playlists lead elsewhere: bytes of a store would have this machine send
 * requests wherever they like.
 */
const SERVED_FORMATS = 'mov,mp4,matroska,webm,mpegts,mpeg,mxf,avi,flv,wav,w64,aiff,flac,mp3,aac,ac3,eac3,ogg,dv,gxf';
const STALLED_US = 20_000_000;

function inputOf(file: string | ServedMedia): string[] {
  if (typeof file === 'string') return ['-i', fileUrl(file)];
  if (file.url.startsWith('file:')) {
    return ['-protocol_whitelist', 'file', '-format_whitelist', SERVED_FORMATS, '-i', file.url];
  }
  const only = ['-protocol_whitelist', 'http,https,tcp,tls', '-format_whitelist', SERVED_FORMATS];
  return [...only, '-rw_timeout', String(STALLED_US), '-i', file.url];
}

async function probe(
  file: string | ServedMedia,
  args: readonly string[],
  onOutput: (text: string) => void,
): Promise<ToolReport> {
  try {
    return await runTool('ffprobe', args, onOutput);
  } catch (error) {
    if (error instanceof ToolFailure) throw new DamagedMedia(nameOf(file), error.reason);
    throw error;
  }
}

/** More than are sent of one stream before the first of another, and reordered. */
const BEGINNING_PACKETS = 500;
const PACKET_ENTRIES = 'packet=stream_index,pts,dts,duration,flags';
const STREAM_ENTRIES =
  'stream=index,codec_type,codec_name,time_base,width,height,sample_rate,channels,has_b_frames,avg_frame_rate';

/**
 * The packets of all streams of a file, in one run over it.
 *
 * @param packetsMax how many are read, from the beginning; all unless given.
 * @throws where a packet has no presentation time: nothing says where such media is on a timeline.
 */
export async function probePackets(file: string, packetsMax?: number): Promise<ProbedPackets> {
  const interval = packetsMax === undefined ? [] : ['-read_intervals', `%+#${packetsMax}`];
  const { streams, packets, corruptPackets } = await probeRawPackets(file, interval);
  const timed = [...packets].map(([index, own]) => {
    if (!own.every(isTimed)) throw new Error(`${file}: stream ${index} has frames without a presentation time.`);
    return [index, own] as const;
  });
  return { streams, packets: new Map(timed), corruptPackets };
}

export const isTimed = (packet: RawPacket): packet is Packet => packet.pts !== undefined;

/**
 * @param options of ffprobe.
 * @throws DamagedMedia where the file cannot be read to its end.
 */
export async function probeRawPackets(
  file: string | ServedMedia,
  options: readonly string[],
): Promise<ProbedPackets<RawPacket>> {
  const packets = new Map<number, RawPacket[]>();
  const streams = new Map<number, ProbedStream>();
  let rest = '';
  const readLine = (line: string): void => {
    if (line === '') return;
    const fields = new Map(line.split('|').map((field) => splitOnce(field)));
    // Streams also have lines of their own below that of their programme.
    if (line.startsWith('stream|')) streams.set(Number(fields.get('index')), streamOf(fields));
    if (!line.startsWith('packet|')) return;
    const stream = Number(fields.get('stream_index'));
    const packet = {
      pts: wholeNumber(fields.get('pts')),
      dts: wholeNumber(fields.get('dts')),
      duration: wholeNumber(fields.get('duration')) ?? 0n,
      isKey: fields.get('flags')?.startsWith('K') === true,
      isHidden: fields.get('flags')?.includes('D') === true,
    };
    const list = packets.get(stream);
    if (list === undefined) packets.set(stream, [packet]);
    else list.push(packet);
  };
  const entries = `${PACKET_ENTRIES}:${STREAM_ENTRIES}`;
  const args = [...options, '-show_entries', entries, '-of', 'compact', ...inputOf(file)];
  const { errors, corruptPackets } = await probe(file, args, (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(readLine);
  });
  readLine(rest);
  // A recording that begins in the middle of a group is none the worse: a decoder is tried before its first key frame.
  const decoders = [...streams.values()].map(({ codec_name: name }) => `[${name ?? ''}]`);
  const [error] = errors.filter((line) => !decoders.some((decoder) => line.startsWith(decoder)));
  if (error !== undefined) throw new DamagedMedia(nameOf(file), error);
  return { streams, packets, corruptPackets };
}

/** When the first frame of a file is shown, in nanoseconds; those that lie near its beginning are looked at. */
export async function probeBeginning(file: string): Promise<bigint> {
  const { streams, packets } = await probePackets(file, BEGINNING_PACKETS);
  return least(
    [...packets].flatMap(([index, own]) => {
      const stream = streams.get(index);
      return stream === undefined ? [] : [ticksToNs(least(own.map(({ pts }) => pts)), timeBaseOf(stream))];
    }),
  );
}

function streamOf(fields: ReadonlyMap<string, string>): ProbedStream {
  return {
    index: Number(fields.get('index')),
    codec_type: fields.get('codec_type'),
    codec_name: fields.get('codec_name'),
    time_base: fields.get('time_base'),
    width: numberOf(fields.get('width')),
    height: numberOf(fields.get('height')),
    sample_rate: fields.get('sample_rate'),
    channels: numberOf(fields.get('channels')),
    has_b_frames: numberOf(fields.get('has_b_frames')),
    avg_frame_rate: fields.get('avg_frame_rate'),
  };
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

export function timeBaseOf({ time_base: text, index }: ProbedStream): TimeBase {
  const timeBase = parseFraction(text);
  if (timeBase === undefined)
    throw new UnsupportedMedia(`stream ${index} has no clock (time_base ${text ?? 'missing'})`);
  return timeBase;
}

const nameOf = (file: string | ServedMedia): string => (typeof file === 'string' ? file : file.name);

/** Names are given as URLs, so that none is taken for an option or a protocol. */
export const fileUrl = (file: string): string => `file:${file}`;

const wholeNumber = (text: string | undefined): bigint | undefined =>
  text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : undefined;

function splitOnce(field: string): [string, string] {
  const at = field.indexOf('=');
  return [field.slice(0, at), field.slice(at + 1)];
}

/** The coding of a stream, as far as those of one flow have to be alike. */
export const codingOf = ({
  codec_name: codec = 'unknown',
  width,
  height,
  sample_rate: rate,
  channels,
}: ProbedStream): string =>
  width === undefined
    ? `${codec} of ${rate ?? '?'} Hz, ${channels ?? '?'} channels`
    : `${codec} of ${width}x${height ?? '?'}`;
