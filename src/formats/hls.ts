/** Media playlists of HLS (RFC 8216; draft-pantos-hls-rfc8216bis for what live playlists add). Times are nanoseconds. */

/** A URI, or some of its bytes. */
interface MediaInit {
  readonly uri: string;
  /** From its beginning; undefined: all of it. */
  readonly bytes?: number | undefined;
}

export interface MediaLine {
  /** Relative to the playlist; without what URIs have to escape. */
  readonly uri: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Whether the clock of its media does not go on from the line before. */
  readonly discontinuity: boolean;
  /** Discontinuities of other renditions since the line before, beside its own: there is no line of their own for them. */
  readonly passedBreaks?: number;
  /** Whether there is no media for it: players wait out its length, and do not load it. */
  readonly gap?: boolean | undefined;
  /** The initialisation that it and those after it need; undefined: as before. */
  readonly init?: MediaInit | undefined;
  /** Unix milliseconds of its start, where the timeline is wall clock; lines that go on from another need none. */
  readonly programDateMs?: number | undefined;
}

export interface MediaPlaylist {
  /** In whole seconds. No line may be longer, rounded. */
  readonly targetDuration: number;
  readonly mediaSequence: bigint;
  readonly discontinuitySequence: bigint;
  /** Undefined: lines come and go. */
  readonly type?: 'VOD' | 'EVENT' | undefined;
  readonly ended: boolean;
  /** Whether a reload may wait for a line that is not there yet. */
  readonly canBlock: boolean;
  /** Where players begin, in seconds from the end if negative. */
  readonly startOffset?: number | undefined;
  readonly lines: readonly MediaLine[];
}

const NS_PER_US = 1000n;
const US_PER_S = 1_000_000;
/** Players of a live playlist stay this many target durations behind its end (rfc8216bis, 4.4.3.8). */
const HOLD_BACK_TARGETS = 3;

/** The text of a playlist. Rounded lengths add up to the length of the whole, to the microsecond. */
export function writeMediaPlaylist(playlist: MediaPlaylist): string {
  const { lines, targetDuration, type } = playlist;
  let text = `#EXTM3U\n#EXT-X-VERSION:${lines.some(({ init }) => init !== undefined) ? 6 : 3}\n`;
  text += `#EXT-X-TARGETDURATION:${targetDuration}\n`;
  text += `#EXT-X-MEDIA-SEQUENCE:${playlist.mediaSequence}\n`;
  if (playlist.discontinuitySequence > 0n) text += `#EXT-X-DISCONTINUITY-SEQUENCE:${playlist.discontinuitySequence}\n`;
  if (type !== undefined) text += `#EXT-X-PLAYLIST-TYPE:${type}\n`;
  if (playlist.canBlock) {
    text += `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=${targetDuration * HOLD_BACK_TARGETS}.0\n`;
  }
  if (playlist.startOffset !== undefined) text += `#EXT-X-START:TIME-OFFSET=${playlist.startOffset.toFixed(1)}\n`;
  for (const line of lines) text += lineText(line);
  return playlist.ended ? `${text}#EXT-X-ENDLIST\n` : text;
}

function lineText(line: MediaLine): string {
  const { uri, startNs, endNs, discontinuity, passedBreaks = 0, gap, init, programDateMs } = line;
  let text = discontinuity ? '#EXT-X-DISCONTINUITY\n'.repeat(1 + passedBreaks) : '';
  if (init !== undefined) text += mapText(init);
  if (programDateMs !== undefined) text += `#EXT-X-PROGRAM-DATE-TIME:${new Date(programDateMs).toISOString()}\n`;
  if (gap === true) text += '#EXT-X-GAP\n';
  const length = Number(endNs / NS_PER_US - startNs / NS_PER_US);
  return `${text}#EXTINF:${(length / US_PER_S).toFixed(6)},\n${uri}\n`;
}

const mapText = ({ uri, bytes }: MediaInit): string =>
  bytes === undefined ? `#EXT-X-MAP:URI="${uri}"\n` : `#EXT-X-MAP:URI="${uri}",BYTERANGE="${bytes}@0"\n`;

/** The target duration for lines of at most this length: a length may exceed it by less than half a second. */
export const targetDurationOf = (longestNs: bigint): number => Math.max(1, Math.round(Number(longestNs) / 1e9));

/** Multivariant playlists of HLS (RFC 8216, section 4.3.4). */

/** A rendition that players may choose with any variant. */
export interface Rendition {
  readonly type: 'AUDIO' | 'SUBTITLES';
  /** Free text. No two of a type have the same. */
  readonly name: string;
  readonly uri: string;
  /** RFC 5646; undefined where it is not known. */
  readonly language?: string | undefined;
  readonly isDefault: boolean;
  readonly channels?: number | undefined;
}

/** Undefined properties are not known. */
export interface Variant {
  readonly uri: string;
  /** Bits per second, with the renditions that go with it. */
  readonly bandwidth: number;
  readonly averageBandwidth?: number | undefined;
  /** Those of all of its renditions (RFC 6381). */
  readonly codecs?: readonly string[] | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly frameRate?: number | undefined;
  readonly videoRange?: string | undefined;
  /** Whether renditions are chosen beside it. */
  readonly withAudio: boolean;
  readonly withSubtitles: boolean;
}

const GROUPS = { AUDIO: 'audio', SUBTITLES: 'text' } as const;

export function writeMultivariantPlaylist(renditions: readonly Rendition[], variants: readonly Variant[]): string {
  return ['#EXTM3U', '#EXT-X-VERSION:6', ...renditions.map(renditionText), ...variants.map(variantText), ''].join('\n');
}

function renditionText({ type, name, uri, language, isDefault, channels }: Rendition): string {
  return `#EXT-X-MEDIA:${attributes([
    ['TYPE', type],
    ['GROUP-ID', quoted(GROUPS[type])],
    ['NAME', quoted(name)],
    ['LANGUAGE', language && quoted(language)],
    ['DEFAULT', isDefault ? 'YES' : 'NO'],
    ['AUTOSELECT', 'YES'],
    ['CHANNELS', channels && quoted(String(channels))],
    ['URI', quoted(uri)],
  ])}`;
}

function variantText(variant: Variant): string {
  const { uri, bandwidth, averageBandwidth, codecs, width, height, frameRate, videoRange } = variant;
  const text = attributes([
    ['BANDWIDTH', String(bandwidth)],
    ['AVERAGE-BANDWIDTH', averageBandwidth && String(averageBandwidth)],
    ['CODECS', codecs && quoted([...new Set(codecs)].join(','))],
    ['RESOLUTION', width && height && `${width}x${height}`],
    ['FRAME-RATE', frameRate?.toFixed(3)],
    ['VIDEO-RANGE', videoRange],
    ['AUDIO', variant.withAudio && quoted(GROUPS.AUDIO)],
    ['SUBTITLES', variant.withSubtitles && quoted(GROUPS.SUBTITLES)],
  ]);
  return `#EXT-X-STREAM-INF:${text}\n${uri}`;
}

const attributes = (pairs: readonly (readonly [string, string | number | false | undefined])[]): string =>
  pairs.flatMap(([name, value]) => (value === undefined || value === false ? [] : `${name}=${value}`)).join(',');

/** Such texts have no escapes. */
// eslint-disable-next-line no-control-regex -- line breaks would end the tag
const quoted = (text: string): string => `"${text.replaceAll('"', "'").replace(/[\u0000-\u001f\u007f]/g, ' ')}"`;

const HEADER = 'WEBVTT';
const MAP = 'X-TIMESTAMP-MAP';
const CLOCK_HZ = 90_000n;
const NS_PER_S = 1_000_000_000n;
/** Timestamps of MPEG-2 have 33 bits. */
const WRAP = 1n << 33n;

/**
 * A file of WebVTT that says which time of the media its time 0 is (RFC 8216, 3.5). One that says so already stays as it is.
 *
 * @param mediaNs may be negative
 * @returns undefined where this is no WebVTT
 */
export function withTimestampMap(file: Buffer, mediaNs: bigint): Buffer | undefined {
  const text = file.toString('utf8').replace(/^\uFEFF/, '');
  if (!text.startsWith(HEADER) || !/^[ \t\r\n]?$/.test(text.charAt(HEADER.length))) return undefined;
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  if (head.includes(MAP)) return file;
  const end = text.search(/\r?\n|$/);
  const mpegts = ((((mediaNs * CLOCK_HZ) / NS_PER_S) % WRAP) + WRAP) % WRAP;
  return Buffer.from(`${text.slice(0, end)}\n${MAP}=MPEGTS:${mpegts},LOCAL:00:00:00.000${text.slice(end) || '\n'}`);
}
