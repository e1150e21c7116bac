import { runTool, toolOutput } from './run-tool.ts';
import { parseFraction, type TimeBase } from './ticks.ts';

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
}

export interface ProbedFile {
  readonly format: { readonly format_name?: string; readonly tags?: { readonly major_brand?: string } };
  /** Pictures and sound, without cover art. */
  readonly streams: readonly ProbedStream[];
}

/** One coded frame, times in ticks of its stream. */
export interface Packet {
  readonly pts: bigint;
  readonly dts: bigint;
  readonly duration: bigint;
  readonly bytes: number;
  readonly isKey: boolean;
}

export async function probeFile(file: string): Promise<ProbedFile> {
  const args = ['-show_format', '-show_streams', '-show_data', '-of', 'json', '-i', fileUrl(file)];
  const probed = JSON.parse(await toolOutput('ffprobe', args)) as ProbedFile;
  const isEssence = ({ codec_type: type, disposition }: ProbedStream): boolean =>
    (type === 'video' && disposition?.attached_pic !== 1) || type === 'audio';
  return { format: probed.format, streams: probed.streams.filter(isEssence) };
}

/**
 * The packets of all streams of a file, in the order in which they lie there, by stream index.
 *
 * @throws where a packet has no presentation time: nothing says where such media is on a timeline.
 */
export async function probePackets(file: string): Promise<Map<number, Packet[]>> {
  const packets = new Map<number, Packet[]>();
  let rest = '';
  const readLine = (line: string): void => {
    if (line === '') return;
    const fields = new Map(line.split('|').map((field) => splitOnce(field)));
    const pts = fields.get('pts') ?? 'N/A';
    if (!/^-?\d+$/.test(pts)) throw new Error(`${file} has frames without a presentation time; remux it first.`);
    const stream = Number(fields.get('stream_index'));
    const packet = {
      pts: BigInt(pts),
      dts: wholeNumber(fields.get('dts')) ?? BigInt(pts),
      duration: wholeNumber(fields.get('duration')) ?? 0n,
      bytes: Number(fields.get('size')),
      isKey: fields.get('flags')?.startsWith('K') === true,
    };
    const list = packets.get(stream);
    if (list === undefined) packets.set(stream, [packet]);
    else list.push(packet);
  };
  const entries = 'packet=stream_index,pts,dts,duration,size,flags';
  await runTool('ffprobe', ['-show_entries', entries, '-of', 'compact=p=0', '-i', fileUrl(file)], (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(readLine);
  });
  readLine(rest);
  return packets;
}

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
