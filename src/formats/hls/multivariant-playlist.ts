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
