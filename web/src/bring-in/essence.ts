import type { InputAudioTrack, InputVideoTrack } from 'mediabunny';
import { pcmBits } from './codecs.ts';

/** Properties of TAMS (`schemas/flow-video.json`, `flow-audio.json`) that follow from the media. Unknown ones are left out. */
export type Essence = Readonly<Record<string, unknown>>;

interface Rational {
  readonly numerator: number;
  readonly denominator: number;
}

const COLORSPACES: Readonly<Record<string, string>> = {
  bt709: 'BT709',
  smpte170m: 'BT601',
  bt470bg: 'BT601',
  'bt2020-ncl': 'BT2020',
};
const TRANSFERS: Readonly<Record<string, string>> = {
  bt709: 'SDR',
  smpte170m: 'SDR',
  hlg: 'HLG',
  pq: 'PQ',
};
/** Samples of luma for each one of chroma, across and down, by `chroma_format_idc` of H.264 and H.265. */
const SUBSAMPLING: Readonly<Record<number, readonly [number, number]>> = { 1: [2, 2], 2: [2, 1], 3: [1, 1] };

export async function videoEssence(track: InputVideoTrack): Promise<Essence> {
  const [width, height, aspect, colours, config, { underlyingFrameRate: rate }] = await Promise.all([
    track.getCodedWidth(),
    track.getCodedHeight(),
    track.getPixelAspectRatio(),
    track.getColorSpace(),
    track.getDecoderConfig(),
    track.computeFrameRateMetrics(),
  ]);
  const transfer = TRANSFERS[colours.transfer ?? ''];
  const colorspace = COLORSPACES[colours.matrix ?? ''];
  const isHdr = colorspace === 'BT2020' && (transfer === 'HLG' || transfer === 'PQ');
  const sampling = samplingOf(config?.codec ?? '', config?.description);
  return defined({
    frame_width: width,
    frame_height: height,
    // TAMS 8.2: one or the other.
    ...(rate === null ? { vfr: true } : { frame_rate: frameRate(rate) }),
    bit_depth: sampling?.bits,
    colorspace: isHdr ? 'BT2100' : colorspace,
    transfer_characteristic: transfer,
    aspect_ratio: reduced(width * aspect.num, height * aspect.den),
    pixel_aspect_ratio: reduced(aspect.num, aspect.den),
    component_type: sampling?.chroma && 'YCbCr',
    horiz_chroma_subs: sampling?.chroma?.[0],
    vert_chroma_subs: sampling?.chroma?.[1],
    avc_parameters: avcParameters(config?.codec ?? ''),
    init_segments: true,
  });
}

/** @param frameSize samples in each coded frame; undefined where they differ. */
export async function audioEssence(track: InputAudioTrack, frameSize: number | undefined): Promise<Essence> {
  const [rate, channels, config, codec] = await Promise.all([
    track.getSampleRate(),
    track.getNumberOfChannels(),
    track.getDecoderConfig(),
    track.getCodec(),
  ]);
  const bits = pcmBits(codec ?? '');
  const type = /^mp4a\.40\.(\d+)$/.exec(config?.codec ?? '')?.[1];
  const parameters = defined({
    coded_frame_size: bits === undefined ? frameSize : undefined,
    mp4_oti: type === undefined ? undefined : Number(type),
  });
  return defined({
    sample_rate: rate,
    channels,
    bit_depth: bits,
    codec_parameters: Object.keys(parameters).length > 0 ? parameters : undefined,
    unc_parameters: bits === undefined ? undefined : { unc_type: 'interleaved' },
    init_segments: true,
  });
}

/** 29.97 is 30000/1001: rates are whole, or whole over 1.001, or what they are to a thousandth. */
export function frameRate(rate: number): Rational {
  const whole = Math.round(rate);
  if (Math.abs(rate - whole) < 1e-4) return { numerator: whole, denominator: 1 };
  const ntsc = Math.round(rate * 1.001) * 1000;
  if (Math.abs(rate - ntsc / 1001) < 1e-3) return { numerator: ntsc, denominator: 1001 };
  return reduced(Math.round(rate * 1000), 1000);
}

function reduced(numerator: number, denominator: number): Rational {
  let [a, b] = [numerator, denominator];
  while (b !== 0) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

/** Profile, constraint flags and level are the three bytes of a codec string (RFC 6381). */
function avcParameters(codec: string): { profile: number; flags: number; level: number } | undefined {
  const [, profile = '', flags = '', level = ''] = /^avc[13]\.(..)(..)(..)$/.exec(codec) ?? [];
  if (level === '') return undefined;
  return { profile: parseInt(profile, 16), flags: parseInt(flags, 16), level: parseInt(level, 16) };
}

type Description = ArrayBufferLike | ArrayBufferView;

interface Sampling {
  readonly bits: number;
  readonly chroma: readonly [number, number] | undefined;
}

/** By the decoder's configuration record (ISO/IEC 14496-15), or by the codec string of VP9 and AV1. */
function samplingOf(codec: string, description: Description | undefined): Sampling | undefined {
  const bytes = bytesOf(description);
  const [name = '', ...parts] = codec.split('.');
  if (/^avc[13]$/.test(name)) return avcSampling(codec, bytes);
  if (/^hv[ce]1|^hev1/.test(name) && bytes.length > 22) {
    return { bits: 8 + ((bytes[17] ?? 0) & 7), chroma: SUBSAMPLING[(bytes[16] ?? 0) & 3] };
  }
  if (name === 'vp09') {
    const chroma = [
      [2, 2],
      [2, 2],
      [2, 1],
      [1, 1],
    ][Number(parts[3] ?? 1)] as [number, number] | undefined;
    return { bits: Number(parts[2] ?? 8), chroma };
  }
  if (name === 'av01') return { bits: Number(parts[2] ?? 8), chroma: parts[0] === '0' ? [2, 2] : undefined };
  return undefined;
}

/** Profiles below High have 8 bits, 4:2:0; the others tell behind their parameter sets. */
function avcSampling(codec: string, bytes: Uint8Array): Sampling | undefined {
  const { profile = 0 } = avcParameters(codec) ?? {};
  if ([66, 77, 88].includes(profile)) return { bits: 8, chroma: [2, 2] };
  let at = 6;
  for (let count = (bytes[5] ?? 0) & 31; count > 0; count--) at += 2 + lengthAt(bytes, at);
  const pictures = bytes[at++] ?? 0;
  for (let count = pictures; count > 0; count--) at += 2 + lengthAt(bytes, at);
  if (at + 2 >= bytes.length) return profile === 100 ? { bits: 8, chroma: [2, 2] } : undefined;
  return { bits: 8 + ((bytes[at + 1] ?? 0) & 7), chroma: SUBSAMPLING[(bytes[at] ?? 0) & 3] };
}

const lengthAt = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);

function bytesOf(source: Description | undefined): Uint8Array {
  if (source === undefined) return new Uint8Array();
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return new Uint8Array(source);
}

/** Without the properties that are undefined. */
function defined(properties: Essence): Essence {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
