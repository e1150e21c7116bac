/** Timelines of OpenTimelineIO (AppNote 0015 of TAMS says how their clips name flows). Times are nanoseconds. */

export interface OtioClip {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

export interface OtioTrack {
  readonly name: string;
  readonly kind: 'Video' | 'Audio';
  /** The range of the media that the clips are of. */
  readonly url: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** In order of time. */
  readonly clips: readonly OtioClip[];
}

const NS_RATE = 1_000_000_000;
/** The name of TAMS's metadata. */
export const TAMS = 'bbc.github.io/tams';

/** @param startNs where all tracks begin; what lies before a clip is a gap. */
export function writeOtioTimeline(name: string, startNs: bigint, tracks: readonly OtioTrack[]): string {
  const text = JSON.stringify({
    OTIO_SCHEMA: 'Timeline.1',
    metadata: {},
    name,
    global_start_time: time(startNs),
    tracks: {
      OTIO_SCHEMA: 'Stack.1',
      metadata: {},
      name: 'tracks',
      source_range: null,
      effects: [],
      markers: [],
      enabled: true,
      children: tracks.map((track) => trackOf(track, startNs)),
    },
  });
  return text.replaceAll(EXACT, '$1');
}

function trackOf(track: OtioTrack, startNs: bigint): object {
  const { name, kind, clips } = track;
  const available = { startNs: clips[0]?.startNs ?? startNs, endNs: clips.at(-1)?.endNs ?? startNs };
  const children: object[] = [];
  let reachedNs = startNs;
  for (const clip of clips) {
    if (clip.startNs > reachedNs) children.push(gapOf(clip.startNs - reachedNs));
    children.push(clipOf(track, clip, available));
    reachedNs = clip.endNs;
  }
  return { ...item('Track.1', name, null), metadata: {}, kind, children };
}

const gapOf = (durationNs: bigint): object => ({
  ...item('Gap.1', '', { startNs: 0n, endNs: durationNs }),
  metadata: {},
});

const clipOf = ({ name, url, metadata }: OtioTrack, clip: OtioClip, available: OtioClip): object => ({
  ...item('Clip.2', name, clip),
  metadata: {},
  media_references: {
    DEFAULT_MEDIA: {
      OTIO_SCHEMA: 'ExternalReference.1',
      metadata: { [TAMS]: { ...metadata, available_range_offset: '0:0' } },
      name,
      available_range: range(available),
      available_image_bounds: null,
      target_url: url,
    },
  },
  active_media_reference_key: 'DEFAULT_MEDIA',
});

const item = (schema: string, name: string, of: OtioClip | null): object => ({
  OTIO_SCHEMA: schema,
  name,
  source_range: of && range(of),
  effects: [],
  markers: [],
  enabled: true,
});

const range = ({ startNs, endNs }: OtioClip): object => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: time(startNs),
  duration: time(endNs - startNs),
});

/** A number with all of its digits, which a JavaScript number may not have room for: it is unquoted in the end. */
const time = (ns: bigint): object => ({ OTIO_SCHEMA: 'RationalTime.1', rate: NS_RATE, value: `\u0000${ns}` });
const EXACT = /"\\u0000(-?\d+)"/g;

const MOST = 100;

/** Things that a cut says and that become otherwise: the first of them, since a cut may have very many clips. */
export class Warnings {
  readonly texts: string[] = [];

  add(text: string): void {
    if (this.texts.length < MOST) this.texts.push(text);
    else if (this.texts.length === MOST) this.texts.push('and more');
  }
}
