import type { TranscriptFormat } from '../../../formats/transcripts/transcript.ts';

/** Types of media that may hold speech, by the extension of the key. */
const MEDIUM_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    aac: 'audio/aac',
    aif: 'audio/aiff',
    aiff: 'audio/aiff',
    flac: 'audio/flac',
    m4a: 'audio/mp4',
    mka: 'audio/x-matroska',
    mp2: 'audio/mpeg',
    mp3: 'audio/mpeg',
    oga: 'audio/ogg',
    ogg: 'audio/ogg',
    opus: 'audio/ogg',
    wav: 'audio/wav',
    wma: 'audio/x-ms-wma',
    '3gp': 'video/3gpp',
    avi: 'video/x-msvideo',
    m2ts: 'video/mp2t',
    m4v: 'video/mp4',
    mkv: 'video/x-matroska',
    mov: 'video/quicktime',
    mp4: 'video/mp4',
    mpeg: 'video/mpeg',
    mpegts: 'video/mp2t',
    mpg: 'video/mpeg',
    mts: 'video/mp2t',
    mxf: 'application/mxf',
    ogv: 'video/ogg',
    ts: 'video/mp2t',
    webm: 'video/webm',
    wmv: 'video/x-ms-wmv',
  }),
);

/** Playlists, which are lists of media and none themselves. */
const PLAYLIST = /mpegurl$/i;

/** In order of preference. */
const SIDECAR_FORMATS: readonly (readonly [extension: string, format: TranscriptFormat])[] = [
  ['vtt', 'webvtt'],
  ['srt', 'srt'],
  ['ttml', 'ttml'],
  ['dfxp', 'ttml'],
  ['json', 'json'],
];

/** Stores refuse to look for longer keys. */
const KEY_MAX_BYTES = 1_024;

/** A file that may hold the transcript of a medium beside it. */
export interface Sidecar {
  readonly key: string;
  readonly format: TranscriptFormat;
}

/** The type of an object that may have speech in it; undefined for others. The type that its store says goes first. */
export function mediumTypeOf(key: string, contentType: string | undefined): string | undefined {
  if (contentType !== undefined && /^(audio|video)\//i.test(contentType)) {
    return PLAYLIST.test(contentType) ? undefined : contentType;
  }
  return MEDIUM_TYPES.get(extensionOf(key));
}

/** A name that tells the format of a medium by its extension, for one whose key does not. */
export function fileNameOf(key: string, mediumType: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (MEDIUM_TYPES.has(extensionOf(name))) return name;
  const type = mediumType.split(';', 1)[0];
  const [extension] = [...MEDIUM_TYPES].findLast(([, each]) => each === type) ?? [];
  return extension === undefined ? name : `${name}.${extension}`;
}

export const isSidecar = (key: string): boolean =>
  SIDECAR_FORMATS.some(([extension]) => extension === extensionOf(key));

/** The transcripts that a medium may have beside it, `clip.mp4.vtt` and `clip.vtt`, the preferred first. */
export function sidecarsOf(key: string): Sidecar[] {
  const stems = [key, ...(extensionOf(key) === '' ? [] : [stemOf(key)])];
  return stems
    .flatMap((stem) => SIDECAR_FORMATS.map(([extension, format]) => ({ key: `${stem}.${extension}`, format })))
    .filter((sidecar) => Buffer.byteLength(sidecar.key) <= KEY_MAX_BYTES);
}

/** `clip` of `clip.mp4`; a key without extension as it is. */
export const stemOf = (key: string): string => (extensionOf(key) === '' ? key : key.slice(0, key.lastIndexOf('.')));

/** Without the dot, in lower case; empty where there is none. */
function extensionOf(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
