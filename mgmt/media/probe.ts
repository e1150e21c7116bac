import { runTool, toolOutput } from './run-tool.ts';
import { least, parseFraction, ticksToNs, type TimeBase } from './ticks.ts';

/** What ffprobe says of a stream, as far as it is used here; everything but the first three may be missing. */
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
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly bits_per_sample?: number;
  readonly bits_per_raw_sample?: string;
  readonly id?: string;
  readonly extradata?: string;
  readonly disposition?: { readonly attached_pic?: number };
  readonly tags?: { readonly language?: string; readonly title?: string };
}

export interface ProbedFile {
  readonly format: { readonly format_name?: string; readonly tags?: { readonly major_brand?: string } };
  /** Pictures and sound, without cover art. */
  readonly streams: readonly ProbedStream[];
  /** What else there is: subtitles, data, cover art. */
  readonly others: readonly ProbedStream[];
}

/** One coded frame, times in ticks of its stream. */
export interface Packet {
  readonly pts: bigint;
  readonly dts: bigint;
  readonly duration: bigint;
  readonly isKey: boolean;
  /** Whether the file says that it is not to be shown: an edit list that begins or ends within its media. */
  readonly isHidden: boolean;
}

/** What lies in a file, by stream index. */
export interface ProbedPackets {
  /** Of each stream how it is coded, its clock and its size; without the rest that `probeFile` finds. */
  readonly streams: ReadonlyMap<number, ProbedStream>;
  /** In the order in which they lie in the file. */
  readonly packets: ReadonlyMap<number, readonly Packet[]>;
}

export async function probeFile(file: string): Promise<ProbedFile> {
  const args = ['-show_format', '-show_streams', '-show_data', '-of', 'json', '-i', fileUrl(file)];
  const probed = JSON.parse(await toolOutput('ffprobe', args)) as Omit<ProbedFile, 'others'>;
  const isEssence = ({ codec_type: type, disposition }: ProbedStream): boolean =>
    (type === 'video' && disposition?.attached_pic !== 1) || type === 'audio';
  return {
    format: probed.format,
    streams: probed.streams.filter(isEssence),
    others: probed.streams.filter((stream) => !isEssence(stream)),
  };
}

/** More than are sent of one stream before the first of another, and reordered. */
const BEGINNING_PACKETS = 500;
const PACKET_ENTRIES = 'packet=stream_index,pts,dts,duration,flags';
const STREAM_ENTRIES = 'stream=index,codec_type,codec_name,time_base,width,height,sample_rate,channels';

/**
 * The packets of all streams of a file, in one run over it.
 *
 * @param packetsMax how many are read, from the beginning; all unless given.
 * @throws where a packet has no presentation time: nothing says where such media is on a timeline.
 */
export async function probePackets(file: string, packetsMax?: number): Promise<ProbedPackets> {
  const packets = new Map<number, Packet[]>();
  const streams = new Map<number, ProbedStream>();
  let rest = '';
  const readLine = (line: string): void => {
    if (line === '') return;
    const fields = new Map(line.split('|').map((field) => splitOnce(field)));
    // Streams also have lines of their own below that of their programme.
    if (line.startsWith('stream|')) streams.set(Number(fields.get('index')), streamOf(fields));
    if (!line.startsWith('packet|')) return;
    const pts = fields.get('pts') ?? 'N/A';
    if (!/^-?\d+$/.test(pts)) throw new Error(`${file} has frames without a presentation time; remux it first.`);
    const stream = Number(fields.get('stream_index'));
    const packet = {
      pts: BigInt(pts),
      dts: wholeNumber(fields.get('dts')) ?? BigInt(pts),
      duration: wholeNumber(fields.get('duration')) ?? 0n,
      isKey: fields.get('flags')?.startsWith('K') === true,
      isHidden: fields.get('flags')?.includes('D') === true,
    };
    const list = packets.get(stream);
    if (list === undefined) packets.set(stream, [packet]);
    else list.push(packet);
  };
  const entries = `${PACKET_ENTRIES}:${STREAM_ENTRIES}`;
  const interval = packetsMax === undefined ? [] : ['-read_intervals', `%+#${packetsMax}`];
  await runTool('ffprobe', [...interval, '-show_entries', entries, '-of', 'compact', '-i', fileUrl(file)], (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(readLine);
  });
  readLine(rest);
  return { streams, packets };
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
  };
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

export function timeBaseOf({ time_base: text, index }: ProbedStream): TimeBase {
  const timeBase = parseFraction(text);
  if (timeBase === undefined) throw new Error(`stream ${index} has no clock (time_base ${text ?? 'missing'})`);
  return timeBase;
}

/** Names are given as URLs, so that none is taken for an option or a protocol. */
export const fileUrl = (file: string): string => `file:${file}`;

const wholeNumber = (text: string | undefined): bigint | undefined =>
  text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : undefined;

function splitOnce(field: string): [string, string] {
  const at = field.indexOf('=');
  return [field.slice(0, at), field.slice(at + 1)];
}
