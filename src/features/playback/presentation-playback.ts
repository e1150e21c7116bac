import { type Rendition, type Variant, writeMultivariantPlaylist } from '../../formats/hls.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import { sourceNotFound } from '../../tams/sources/source-lifecycle.ts';
import { findTag } from '../../tams/documents/tags.ts';
import { Format } from '../../tams/documents/format.ts';
import type { Flow } from '../../tams/flows/flow.ts';
import type { InitCodecs } from './initialisations.ts';
import { DEFAULT_WINDOW_S } from './live-rules.ts';
import type { MakingQueue } from './making-queue.ts';
import { type Presentation, presentationOfFlow, presentationOfSource } from './presentation.ts';
import type { FlowDocument } from '../../tams/flows/flow-state.ts';
import type { VastStore } from '../../tams/vast-store.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { unpackLocations } from '../../tams/objects/object-location.ts';

const PER_KBIT = 1000;

type Reads = Pick<VastStore, 'flows' | 'sources' | 'segments' | 'objects'>;

/** Multivariant playlists of sources and multi flows, over a view of the store. */
export class PresentationPlayback {
  readonly #store: Reads;
  readonly #media: MediaStoreRegistry;
  readonly #queue: MakingQueue;
  readonly #inits: InitCodecs;

  constructor(store: Reads, media: MediaStoreRegistry, queue: MakingQueue, inits: InitCodecs) {
    this.#store = store;
    this.#media = media;
    this.#queue = queue;
    this.#inits = inits;
  }

  /**
   * @param query of the playlists that it leads to
   * @throws AppError not_found where the source is not there, or HLS carries none of its flows; overloaded
   */
  async ofSource(sourceId: string, query: URLSearchParams): Promise<string> {
    if ((await this.#store.sources.find(sourceId)) === undefined) throw sourceNotFound(sourceId);
    return this.#queue.run(async () =>
      this.#write(await presentationOfSource(this.#store.flows, sourceId), `sources/${sourceId}`, query),
    );
  }

  /** As `ofSource`. */
  async ofFlow(flow: FlowDocument, query: URLSearchParams): Promise<string> {
    return this.#queue.run(async () =>
      this.#write(await presentationOfFlow(this.#store.flows, flow), `flows/${flow.id}`, query),
    );
  }

  /** @param of where it is, below the folder of playlists */
  async #write(presentation: Presentation, of: string, asked: URLSearchParams): Promise<string> {
    const { video, audio, text, roles, contained } = presentation;
    const folder = of.startsWith('flows/') ? '' : '../flows/';
    const isAlone = video.length + audio.length + text.length === 1;
    const query = queryOf(asked, presentation.live, isAlone ? undefined : of);
    const rates = new Map<Flow, number>();
    const codecs = new Map<Flow, readonly string[] | undefined>();
    const measure = async (flow: Flow): Promise<unknown> =>
      rates.set(flow, await bandwidthOf(this.#store, this.#media, flow));
    const identify = async (flow: Flow): Promise<unknown> =>
      codecs.set(flow, codecsOf(flow, contained.get(flow.id)) ?? (await this.#inits.of(this.#store, flow)));
    await Promise.all([...video, ...audio].flatMap((flow) => [measure(flow), identify(flow)]));
    const uriOf = ({ id }: Flow): string => `${folder}${id}.m3u8${query}`;
    const names = new Names();
    const toRendition =
      (type: Rendition['type']) =>
      (flow: Flow, index: number): Rendition => ({
        type,
        name: names.unique(type, flow.label ?? roles.get(flow.id) ?? `${type.toLowerCase()} ${index + 1}`),
        uri: uriOf(flow),
        language: languageOf(flow),
        isDefault: index === 0 && type === 'AUDIO',
        channels: flow.format === Format.audio ? flow.essence_parameters.channels : undefined,
      });
    const renditions = [
      ...(video.length > 0 ? audio.map(toRendition('AUDIO')) : []),
      ...text.map(toRendition('SUBTITLES')),
    ];
    const entries = video.length > 0 ? video : audio;
    const beside = video.length > 0 ? audio : [];
    const variants = entries.map((flow): Variant => {
      const known = [flow, ...beside].map((each) => codecs.get(each));
      const loudest = Math.max(0, ...beside.map((each) => rates.get(each) ?? 0));
      return {
        uri: uriOf(flow),
        bandwidth: (rates.get(flow) ?? 0) + loudest,
        averageBandwidth: averageOf(flow, beside),
        codecs: known.every((each) => each !== undefined) ? known.flat() : undefined,
        ...pictureOf(flow),
        withAudio: beside.length > 0,
        withSubtitles: text.length > 0,
      };
    });
    return writeMultivariantPlaylist(renditions, variants);
  }
}

/** Renditions of what is live have one window, and keep it when it ends. */
function queryOf(asked: URLSearchParams, live: boolean, of: string | undefined): string {
  const query = new URLSearchParams(asked);
  if (live && !query.has('timerange') && !query.has('window')) query.set('window', String(DEFAULT_WINDOW_S));
  // A player that holds a live playlist must not see its lines get other numbers when it ends: those of a window stay.
  if (of !== undefined && (!live || query.has('window'))) query.set('of', of);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function averageOf(flow: Flow, beside: readonly Flow[]): number | undefined {
  const rates = [flow, ...beside].map(({ avg_bit_rate: rate }) => rate);
  if (!rates.every((rate) => rate !== undefined)) return undefined;
  const [own = 0, ...others] = rates;
  return (own + Math.max(0, ...others)) * PER_KBIT;
}

function pictureOf(flow: Flow): Partial<Variant> {
  if (flow.format !== Format.video) return {};
  const {
    frame_width: width,
    frame_height: height,
    frame_rate: rate,
    transfer_characteristic,
  } = flow.essence_parameters;
  return {
    width,
    height,
    frameRate: rate && rate.numerator / (rate.denominator ?? 1),
    videoRange: transfer_characteristic,
  };
}

/** The tag of AppNote 0003; of several languages the first. */
function languageOf({ tags = {} }: Flow): string | undefined {
  const value = findTag(tags, 'language_code');
  const text = typeof value === 'string' ? value.split(',', 1)[0] : value?.[0];
  return text !== undefined && /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(text) ? text : undefined;
}

/** Names that differ within a type. */
class Names {
  readonly #given = new Set<string>();

  unique(type: string, wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#given.has(`${type} ${name}`); number++) name = `${wanted} ${number}`;
    this.#given.add(`${type} ${name}`);
    return name;
  }
}

/** Segments that are measured where a flow says nothing of its bit rate. */
const MEASURED = 3;
/** For those that say nothing, and have nothing to measure. */
const UNKNOWN_BPS = 1_000_000;

/**
 * The peak bit rate of a flow in bits per second: as it says, or of some of its segments. An average is no peak, and no peak is
 * below it.
 */
async function bandwidthOf(
  store: Pick<VastStore, 'segments'>,
  media: MediaStoreRegistry,
  { id, max_bit_rate: max, avg_bit_rate: average }: Flow,
): Promise<number> {
  // TAMS counts thousands of bits (`max_bit_rate`).
  if (max !== undefined && max > 0) return max * PER_KBIT;
  const page = await store.segments.page(id, { timerange: TimeRange.EVERYTHING, reverse: false }, { limit: MEASURED });
  const rates = await Promise.all(
    page.items.map(async ({ locations, startNs, endNs }) => {
      const [place] = unpackLocations(locations);
      const info = place && (await media.get(place.storageId)?.head(place.storagePath));
      return info === undefined ? 0 : Math.ceil((info.size * 8) / (Number(endNs - startNs) / 1e9));
    }),
  );
  return Math.max(Math.max(...rates, 0) || UNKNOWN_BPS, (average ?? 0) * PER_KBIT);
}

const PLAIN: Readonly<Record<string, string>> = {
  'audio/mp3': 'mp4a.40.34',
  'audio/ac3': 'ac-3',
  'audio/eac3': 'ec-3',
  'audio/opus': 'opus',
  'audio/flac': 'fLaC',
};

/**
 * The codecs as players are told of them; undefined where the flow does not say enough.
 *
 * @param contained the flows that lie in its segments
 */
function codecsOf(flow: Flow, contained: readonly Flow[] = [flow]): readonly string[] | undefined {
  const codecs = contained.map(codecOf);
  return codecs.every((codec) => codec !== undefined) ? codecs : undefined;
}

/** The codec as players are told of it (RFC 6381); undefined where the flow does not say enough. */
function codecOf(flow: Flow): string | undefined {
  if (flow.format === Format.video && flow.codec === 'video/h264') {
    const { avc_parameters: avc } = flow.essence_parameters;
    return avc && `avc1.${[avc.profile, avc.flags, avc.level].map(hexByte).join('')}`;
  }
  if (flow.format !== Format.audio) return undefined;
  if (flow.codec !== 'audio/aac') return PLAIN[flow.codec];
  const type = flow.essence_parameters.codec_parameters?.mp4_oti;
  return type === undefined ? undefined : `mp4a.40.${type}`;
}

const hexByte = (value: number): string => (value & 0xff).toString(16).padStart(2, '0');
