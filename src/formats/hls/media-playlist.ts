/** Media playlists of HLS (RFC 8216; draft-pantos-hls-rfc8216bis for what live playlists add). Times are nanoseconds. */

/** A URI, or some of its bytes. */
export interface MediaInit {
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
