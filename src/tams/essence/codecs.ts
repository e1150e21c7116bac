import { UnsupportedMedia } from '../../media/probing/probe.ts';

/** How a codec is called in TAMS, and which container its segments go into when a file is cut. */
export interface CodecNames {
  /** A media type (TAMS 7.0, `codec`). */
  readonly codec: string;
  /** Undefined: no container that keeps its times exact. */
  readonly container: SegmentContainer | undefined;
}

/** ffmpeg's name of the muxer, the media type, and how files of it are called. */
export interface SegmentContainer {
  readonly muxer: 'mpegts' | 'mp4' | 'mov';
  readonly type: string;
  readonly suffix: string;
}

// MPEG-TS where it can be: its segments can be joined by putting one after the other.
const TS: SegmentContainer = { muxer: 'mpegts', type: 'video/mp2t', suffix: 'ts' };
const MP4: SegmentContainer = { muxer: 'mp4', type: 'video/mp4', suffix: 'mp4' };
const MOV: SegmentContainer = { muxer: 'mov', type: 'video/quicktime', suffix: 'mov' };

const NAMES: Readonly<Record<string, CodecNames>> = {
  h264: { codec: 'video/h264', container: TS },
  hevc: { codec: 'video/h265', container: TS },
  mpeg2video: { codec: 'video/mpeg', container: TS },
  av1: { codec: 'video/av1', container: MP4 },
  vp9: { codec: 'video/vp9', container: MP4 },
  mpeg4: { codec: 'video/mp4v-es', container: TS },
  prores: { codec: 'video/x-prores', container: MOV },
  dnxhd: { codec: 'video/vc3', container: MOV },
  mjpeg: { codec: 'video/jpeg', container: MOV },
  aac: { codec: 'audio/aac', container: TS },
  mp2: { codec: 'audio/mpeg', container: TS },
  mp3: { codec: 'audio/mpeg', container: TS },
  ac3: { codec: 'audio/ac3', container: TS },
  eac3: { codec: 'audio/eac3', container: TS },
  opus: { codec: 'audio/opus', container: MP4 },
  flac: { codec: 'audio/flac', container: MP4 },
  alac: { codec: 'audio/x-alac', container: MOV },
};

/** @param name ffmpeg's name of the codec. */
export function codecNames(name: string, kind: 'video' | 'audio'): CodecNames {
  if (/^pcm_f(32|64)/.test(name)) return { codec: 'audio/x-raw-float', container: MOV };
  if (/^pcm_[su](8|16|24|32)/.test(name)) return { codec: 'audio/x-raw-int', container: MOV };
  return NAMES[name] ?? { codec: `${kind}/x-${name.replaceAll('_', '-')}`, container: undefined };
}

const CONTAINER_TYPES: readonly [RegExp, string][] = [
  [/^mpegts$/, 'video/mp2t'],
  [/^aac$/, 'audio/aac'],
  [/^mp3$/, 'audio/mpeg'],
  [/^wav$/, 'audio/wav'],
  [/\bmatroska\b/, 'video/x-matroska'],
  [/^mxf/, 'application/mxf'],
  [/\bmp4\b/, 'video/mp4'],
];

/** The media type of a file of which ffprobe says this. */
export function containerType(formatName: string, majorBrand: string | undefined): string {
  if (majorBrand === 'qt  ') return 'video/quicktime';
  const type = CONTAINER_TYPES.find(([pattern]) => pattern.test(formatName))?.[1];
  if (type === undefined) throw new UnsupportedMedia(`segments of the format ${formatName} are not supported`);
  return type;
}
