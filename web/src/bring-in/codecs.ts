/** A codec as TAMS calls it, by mediabunny's name. */
export interface CodecFacts {
  /** A media type (TAMS, `codec`); the same as `mgmt ingest` gives. */
  readonly codec: string;
  /** Whether players take it from HLS in fragmented MP4. */
  readonly isPlayed: boolean;
}

const FACTS: Readonly<Record<string, CodecFacts>> = {
  avc: { codec: 'video/h264', isPlayed: true },
  hevc: { codec: 'video/h265', isPlayed: true },
  vp9: { codec: 'video/vp9', isPlayed: true },
  av1: { codec: 'video/av1', isPlayed: true },
  aac: { codec: 'audio/aac', isPlayed: true },
  mp3: { codec: 'audio/mpeg', isPlayed: true },
  opus: { codec: 'audio/opus', isPlayed: true },
  flac: { codec: 'audio/flac', isPlayed: true },
  ac3: { codec: 'audio/ac3', isPlayed: true },
  eac3: { codec: 'audio/eac3', isPlayed: true },
  'pcm-s16': { codec: 'audio/x-raw-int', isPlayed: false },
  'pcm-s24': { codec: 'audio/x-raw-int', isPlayed: false },
  'pcm-s32': { codec: 'audio/x-raw-int', isPlayed: false },
  'pcm-s16be': { codec: 'audio/x-raw-int', isPlayed: false },
  'pcm-s24be': { codec: 'audio/x-raw-int', isPlayed: false },
  'pcm-s32be': { codec: 'audio/x-raw-int', isPlayed: false },
  'pcm-f32': { codec: 'audio/x-raw-float', isPlayed: false },
  'pcm-f64': { codec: 'audio/x-raw-float', isPlayed: false },
  'pcm-f32be': { codec: 'audio/x-raw-float', isPlayed: false },
  'pcm-f64be': { codec: 'audio/x-raw-float', isPlayed: false },
};

/** @returns undefined for a codec that segments here cannot hold: its track is left out. */
export const codecFacts = (name: string): CodecFacts | undefined => FACTS[name];

/** Bits of a PCM sample; undefined where the codec is not PCM. */
export function pcmBits(name: string): number | undefined {
  const bits = /^pcm-[sf](\d+)/.exec(name)?.[1];
  return bits === undefined ? undefined : Number(bits);
}
