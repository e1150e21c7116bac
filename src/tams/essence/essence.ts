import { defined } from '../../shared/defined.ts';
import type { AudioEssenceParameters, FlowInput, Rational, VideoEssenceParameters } from '../flows/flow.ts';
import { Format } from '../documents/format.ts';
import { type Packet, type ProbedStream, timeBaseOf, UnsupportedMedia } from '../../media/probing/probe.ts';
import { divideRounded, parseFraction, type TimeBase } from '../../media/probing/ticks.ts';
import { codecNames } from './codecs.ts';

/** `avc_parameters` of a flow (TAMS 7.0, `schemas/flow-video.json`): three bytes of the sequence parameter set. */
interface AvcParameters {
  readonly profile: number;
  readonly level: number;
  readonly flags: number;
}

const AVCC_VERSION = 1;
const SEQUENCE_PARAMETER_SET = 7;
const START_CODE = [0, 0, 1];

/**
 * Whether the parameter sets lie apart from the frames, as in MP4 and Matroska (ISO/IEC 14496-15), and not before those
 * that they are for.
 *
 * @param dump the hexadecimal dump that ffprobe prints of a stream's extradata.
 */
export const hasParametersApart = (dump: string | undefined): boolean => bytesOf(dump ?? '')[0] === AVCC_VERSION;

/** @param dump the hexadecimal dump that ffprobe prints of a stream's extradata. */
function avcParameters(dump: string | undefined): AvcParameters | undefined {
  const bytes = bytesOf(dump ?? '');
  // MP4 keeps a configuration record (ISO/IEC 14496-15, 5.3.3.1), MPEG-TS the parameter set itself (H.264, annex B).
  const at = bytes[0] === AVCC_VERSION ? 1 : afterParameterSetHeader(bytes);
  const [profile, flags, level] = at === undefined ? [] : bytes.subarray(at, at + 3);
  return profile === undefined || flags === undefined || level === undefined ? undefined : { profile, level, flags };
}

function afterParameterSetHeader(bytes: Buffer): number | undefined {
  for (
    let at = bytes.indexOf(Buffer.from(START_CODE));
    at !== -1;
    at = bytes.indexOf(Buffer.from(START_CODE), at + 1)
  ) {
    const header = bytes[at + START_CODE.length];
    if (header !== undefined && (header & 0x1f) === SEQUENCE_PARAMETER_SET) return at + START_CODE.length + 1;
  }
  return undefined;
}

/** Lines such as `00000010: 6764 000d ac  gd...`: an address, groups of digits, and after two spaces the characters. */
function bytesOf(dump: string): Buffer {
  const digits = dump.split('\n').map((line) => /^[0-9a-f]+: ((?:[0-9a-f]+ ?)+)/.exec(line)?.[1] ?? '');
  return Buffer.from(digits.join('').replaceAll(' ', ''), 'hex');
}

/** The part of a flow that follows from what is in its media (TAMS 7.0, `schemas/flow-video.json` and `flow-audio.json`). */
type Essence = Pick<FlowInput, 'format' | 'codec' | 'essence_parameters'>;

export function kindOf(stream: ProbedStream): 'video' | 'audio' {
  return stream.codec_type === 'video' ? 'video' : 'audio';
}

/**
 * Unknown properties are left out: a guess would be worse.
 *
 * @param packets of the stream, or as many of them as are one file.
 */
export function essenceOf(stream: ProbedStream, packets: readonly Packet[]): Essence {
  const kind = kindOf(stream);
  const { codec } = codecNames(stream.codec_name ?? 'unknown', kind);
  return kind === 'video'
    ? { codec, format: Format.video, essence_parameters: videoParameters(stream) }
    : { codec, format: Format.audio, essence_parameters: audioParameters(stream, packets) };
}

const COLORSPACES: Readonly<Record<string, VideoEssenceParameters['colorspace']>> = {
  bt709: 'BT709',
  smpte170m: 'BT601',
  bt470bg: 'BT601',
  bt2020nc: 'BT2020',
  bt2020c: 'BT2020',
};
const TRANSFERS: Readonly<Record<string, VideoEssenceParameters['transfer_characteristic']>> = {
  bt709: 'SDR',
  smpte170m: 'SDR',
  bt470bg: 'SDR',
  'bt2020-10': 'SDR',
  'bt2020-12': 'SDR',
  'arib-std-b67': 'HLG',
  smpte2084: 'PQ',
};
/** Interlace modes by the field that is shown first. */
const FIELD_ORDERS: Readonly<Record<string, VideoEssenceParameters['interlace_mode']>> = {
  progressive: 'progressive',
  tt: 'interlaced_tff',
  bt: 'interlaced_tff',
  bb: 'interlaced_bff',
  tb: 'interlaced_bff',
};
/** Samples of luma for each one of chroma, across and down. */
const SUBSAMPLING: Readonly<Record<string, readonly [number, number]>> = {
  '420': [2, 2],
  '422': [2, 1],
  '444': [1, 1],
  '411': [4, 1],
  '440': [1, 2],
};

function videoParameters(stream: ProbedStream): VideoEssenceParameters {
  const { width, height, pix_fmt: pixels = '', color_space: space = '', color_transfer: transfer = '' } = stream;
  if (width === undefined || height === undefined || width === 0 || height === 0) {
    throw new UnsupportedMedia(`stream ${stream.index}: the size of its pictures is not known`);
  }
  const [, layout = ''] = /^yuvj?(\d{3})/.exec(pixels) ?? [];
  const [across, down] = SUBSAMPLING[layout] ?? (/^(nv12|nv21|p010|p016)/.test(pixels) ? [2, 2] : []);
  const characteristic = TRANSFERS[transfer];
  const colorspace = COLORSPACES[space];
  const isRgb = /^(gbr|rgb|bgr|argb|abgr)/.test(pixels);
  const isHdr = colorspace === 'BT2020' && (characteristic === 'HLG' || characteristic === 'PQ');
  return {
    frame_width: width,
    frame_height: height,
    ...defined({
      // Two rates that differ: the rate is not fixed.
      frame_rate: stream.r_frame_rate === stream.avg_frame_rate ? toRational(stream.r_frame_rate) : undefined,
      bit_depth: bitDepthOf(pixels),
      interlace_mode: FIELD_ORDERS[stream.field_order ?? ''],
      colorspace: isHdr ? 'BT2100' : colorspace,
      transfer_characteristic: characteristic,
      aspect_ratio: toRational(stream.display_aspect_ratio),
      pixel_aspect_ratio: toRational(stream.sample_aspect_ratio),
      component_type: isRgb ? 'RGB' : across === undefined ? undefined : 'YCbCr',
      horiz_chroma_subs: across,
      vert_chroma_subs: down,
      avc_parameters: stream.codec_name === 'h264' ? avcParameters(stream.extradata) : undefined,
    }),
  };
}

/** Names of planar formats end with the bits of a component, or have 8. */
const PLANAR = /^(?:yuv[aj]?\d{3}p|gbra?p|gray|p[024])(9|1\d)?(?:le|be)?$/;
const PACKED: readonly [RegExp, number][] = [
  [/^(nv12|nv21|nv16|nv24|yuyv422|uyvy422|rgb24|bgr24|[a0]?(rgb|bgr)|(rgb|bgr)[a0])$/, 8],
  [/^((rgb|bgr)48|(rgb|bgr)a64)(le|be)$/, 16],
];

/** @param pixels ffmpeg's name of the format, such as `yuv420p10le`. @returns undefined for one that is not known. */
function bitDepthOf(pixels: string): number | undefined {
  const planar = PLANAR.exec(pixels);
  if (planar !== null) return Number(planar[1] ?? 8);
  return PACKED.find(([pattern]) => pattern.test(pixels))?.[1];
}

/** MPEG-4 audio object types, by ffmpeg's names of AAC's profiles. */
const AAC_TYPES: Readonly<Record<string, number>> = { Main: 1, LC: 2, 'HE-AAC': 5, 'HE-AACv2': 29 };

function audioParameters(stream: ProbedStream, packets: readonly Packet[]): AudioEssenceParameters {
  const rate = Number(stream.sample_rate);
  if (!(rate > 0) || stream.channels === undefined) {
    throw new UnsupportedMedia(`stream ${stream.index}: its sample rate or channels are not known`);
  }
  const name = stream.codec_name ?? '';
  const isRaw = name.startsWith('pcm_');
  const bits = Number(stream.bits_per_raw_sample ?? 0) || (stream.bits_per_sample ?? 0);
  const frame = isRaw ? undefined : frameSizeOf(stream, timeBaseOf(stream), packets);
  const type = name === 'aac' ? AAC_TYPES[stream.profile ?? ''] : undefined;
  return {
    sample_rate: rate,
    channels: stream.channels,
    ...defined({ bit_depth: bits > 0 ? bits : undefined }),
    ...((frame ?? type) !== undefined && { codec_parameters: defined({ coded_frame_size: frame, mp4_oti: type }) }),
    ...(isRaw && { unc_parameters: { unc_type: 'interleaved' as const } }),
  };
}

/** Samples in each coded frame but the last; undefined where they differ. */
export function frameSizeOf(stream: ProbedStream, timeBase: TimeBase, packets: readonly Packet[]): number | undefined {
  if (isCoarse(stream, timeBase)) return regularSizeOf(stream, timeBase, packets);
  const sizes = new Set(packets.slice(0, -1).map((packet) => samplesOf(stream, timeBase, packet)));
  const [size] = sizes;
  return sizes.size === 1 && size !== 0 ? size : undefined;
}

/** @param frameSize of the stream. @returns undefined where its clock does not say. */
export function sampleCount(
  stream: ProbedStream,
  packets: readonly Packet[],
  frameSize: number | undefined,
  timeBase: TimeBase,
): number | undefined {
  if (!isCoarse(stream, timeBase)) {
    return packets.reduce((sum, packet) => sum + samplesOf(stream, timeBase, packet), 0);
  }
  return frameSize && frameSize * packets.length;
}

/** Whether samples are shorter than a tick, as in Matroska, which counts milliseconds. */
const isCoarse = (stream: ProbedStream, { num, den }: TimeBase): boolean => den < num * sampleRateOf(stream);

/** The size that puts all frames where their rounded times are. */
function regularSizeOf(stream: ProbedStream, { num, den }: TimeBase, packets: readonly Packet[]): number | undefined {
  const [first, last] = [packets[0], packets.at(-1)];
  const rate = sampleRateOf(stream);
  if (first === undefined || last === undefined || first === last) return undefined;
  const samples = (last.pts - first.pts) * num * rate;
  const size = divideRounded(samples, den * BigInt(packets.length - 1));
  const isRegular = packets.every(({ pts }, index) => {
    const apart = (pts - first.pts) * num * rate - BigInt(index) * size * den;
    return apart * apart <= (num * rate) ** 2n;
  });
  return isRegular && size > 0n ? Number(size) : undefined;
}

/** The samples of a coded audio frame, by how long it lasts. */
const samplesOf = (stream: ProbedStream, { num, den }: TimeBase, { duration }: Packet): number =>
  Number(divideRounded(duration * num * sampleRateOf(stream), den));

const sampleRateOf = ({ sample_rate: rate }: ProbedStream): bigint => BigInt(rate ?? 0);

function toRational(text: string | undefined): Required<Rational> | undefined {
  const fraction = parseFraction(text);
  return fraction && { numerator: Number(fraction.num), denominator: Number(fraction.den) };
}
