import type { DeletionRequest } from '../deletion/deletion.ts';
import type { MediaStoreRegistry } from '../../media/media-store.ts';
import type { JsonText, PageRequest } from '../../shared/paging.ts';
import {
  hullOf,
  type SegmentDetails,
  type SegmentFailure,
  type SegmentInput,
  type SegmentParts,
  type SegmentQuery,
  type SegmentSelection,
  type StoredSegment,
  type UrlFilter,
} from './segment.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { stillHolds, writableFlow } from '../flows/flow-access.ts';
import type { SegmentDeletion } from '../deletion/segment-deletion.ts';
import type { SegmentPage, SegmentPageCache } from './segment-page-cache.ts';
import type { SegmentRegistration } from './segment-registration.ts';
import { rangeInObjectOf, widen } from '../objects/object-range.ts';
import { segmentTexts } from './segment-renderer.ts';
import { jsonListBytes } from '../../shared/json-text.ts';
import { shownNow } from '../../shared/time/shown-times.ts';
import type { FlowDocument } from '../flows/flow-state.ts';
import type { VastStore } from '../vast-store.ts';

/** Options for printing a page: which URLs, and this server's base for stores whose URLs lead back to it. */
interface SegmentRendering {
  readonly urls: UrlFilter;
  readonly details: SegmentDetails;
  readonly baseUrl: string;
}

const NOTHING = Buffer.alloc(0);
const NO_SEGMENTS: SegmentPage = { body: Buffer.from('[]'), count: 0, timerange: TimeRange.EMPTY };

/** TAMS 7.0, `/flows/{flowId}/segments`. */
export class SegmentService {
  /** For importers, in transactions of theirs. */
  readonly registration: SegmentRegistration;
  readonly #store: VastStore;
  readonly #media: MediaStoreRegistry;
  /** Their ids: pages are shared by those who see the URLs of the same backends. */
  readonly #backends: string;
  readonly #deletion: SegmentDeletion;
  readonly #pages: SegmentPageCache;

  constructor(
    store: VastStore,
    media: MediaStoreRegistry,
    registration: SegmentRegistration,
    deletion: SegmentDeletion,
    pages: SegmentPageCache,
  ) {
    this.registration = registration;
    this.#store = store;
    this.#media = media;
    this.#backends = media
      .all()
      .map(({ backend }) => backend.id)
      .join();
    this.#deletion = deletion;
    this.#pages = pages;
  }

  /**
   * A flow that does not exist, or is being deleted, has no segments. Without a rendering (for a HEAD) nothing is
   * signed and the body is left empty.
   */
  async list(
    flowId: string,
    query: SegmentQuery,
    page: PageRequest,
    rendering: SegmentRendering | undefined,
  ): Promise<SegmentPage> {
    // Other flows may use the objects too, and widen their ranges: the version of this flow does not tell.
    const isKept = rendering !== undefined && !rendering.details.objectTimerange;
    const key = isKept ? pageKey(flowId, query, page, rendering, this.#backends) : '';
    const dataVersion = isKept ? this.#store.dataVersion() : undefined;
    const current = this.#pages.current(key, dataVersion);
    if (current !== undefined) return current;
    const version = await this.#store.flows.segmentsVersion(flowId);
    if (version === undefined) return NO_SEGMENTS;
    if (!isKept) return this.#read(flowId, query, page, rendering);
    const kept = this.#pages.get(key, version, dataVersion);
    if (kept !== undefined) return kept;
    const window = this.#pages.window();
    const made = await this.#read(flowId, query, page, rendering);
    this.#pages.set(key, made, { version, dataVersion, window });
    return made;
  }

  /** The segments that could not be registered. See `SegmentRegistration.register`. */
  async create(flowId: string, inputs: readonly SegmentInput[], fitRanges: boolean): Promise<SegmentFailure[]> {
    const refusals = await this.registration.register(flowId, inputs, fitRanges);
    const time = shownNow();
    return refusals.flatMap(({ index, error }) => {
      const input = inputs[index];
      if (input === undefined) return [];
      const { object_id, timerange } = input;
      return [{ object_id, timerange, error: { type: error.code, summary: error.message, time } }];
    });
  }

  async createOne(flowId: string, input: SegmentInput, fitRanges = false): Promise<void> {
    const [refusal] = await this.registration.register(flowId, [input], fitRanges);
    if (refusal !== undefined) throw refusal.error;
  }

  /**
   * The deletion request that continues it, or undefined when it is done.
   *
   * @param isDue whether segments of the flow as it is now are deleted; without it, they are
   */
  async delete(
    flowId: string,
    selection: SegmentSelection,
    principal: string,
    isDue?: (flow: FlowDocument) => boolean,
  ): Promise<DeletionRequest | undefined> {
    return this.#deletion.run(async (tx) => {
      const flow = await writableFlow(tx, flowId);
      if (!(await stillHolds(tx, flowId, isDue))) return undefined;
      return this.#deletion.deleteSegments(tx, flow, selection, principal);
    });
  }

  async #read(
    flowId: string,
    query: SegmentQuery,
    page: PageRequest,
    rendering: SegmentRendering | undefined,
  ): Promise<SegmentPage> {
    const { items, ...rest } = await this.#store.segments.page(flowId, query, page);
    const [first, last] = query.reverse ? [items.at(-1), items[0]] : [items[0], items.at(-1)];
    const timerange = first === undefined || last === undefined ? TimeRange.EMPTY : hullOf(first, last);
    const body = rendering === undefined ? NOTHING : jsonListBytes(await this.#render(items, rendering));
    return { body, count: items.length, timerange, ...rest };
  }

  async #render(items: readonly StoredSegment[], { urls, details, baseUrl }: SegmentRendering): Promise<JsonText[]> {
    const segments = await withDetails(this.#store, items, details);
    return segmentTexts(segments, urls, this.#media, baseUrl, details);
  }
}

/** The key of a page: its inputs besides the segments and the time. */
function pageKey(
  flowId: string,
  query: SegmentQuery,
  page: PageRequest,
  { urls, details, baseUrl }: SegmentRendering,
  backends: string,
): string {
  return JSON.stringify([
    flowId,
    { ...query, timerange: query.timerange.toString() },
    page.limit,
    page.after?.map(String),
    urls.labels && [...urls.labels],
    urls.storageIds && [...urls.storageIds],
    urls.presigned,
    urls.verbose,
    urls.backendTags && [[...urls.backendTags.values], [...urls.backendTags.exists]],
    details.init,
    baseUrl,
    backends,
  ]);
}

/** Adds what is asked for of the segments' objects: one query for a page that needs any, two where it has old objects. */
async function withDetails(
  store: Pick<VastStore, 'objects' | 'segments'>,
  segments: readonly StoredSegment[],
  details: SegmentDetails,
): Promise<readonly SegmentParts[]> {
  const inits = details.init ? segments.flatMap(({ initObjectId }) => initObjectId ?? []) : [];
  const used = details.objectTimerange ? segments.map(({ fragment }) => rangeInObjectOf(fragment)) : [];
  if (inits.length === 0 && used.length === 0) return segments;
  const objects = await store.objects.details([...new Set([...inits, ...used.map(({ objectId }) => objectId)])]);
  const older = used.filter(({ objectId }) => objects.get(objectId)?.timerange === undefined);
  const ranges = await olderRanges(store, older);
  return segments.map((segment, index) => {
    const { fragment, locations, externalUrls, initObjectId } = segment;
    const init = initObjectId === null ? undefined : objects.get(initObjectId);
    const objectId = used[index]?.objectId;
    const range =
      objectId === undefined ? undefined : (objects.get(objectId)?.timerange?.range ?? ranges.get(objectId));
    return {
      fragment,
      locations,
      externalUrls,
      init: init && initObjectId !== null ? { ...init, id: initObjectId } : undefined,
      objectTimerange: range?.toString(),
    };
  });
}

/** Ranges of objects that are older than their ranges: what segments use of them. */
async function olderRanges(
  store: Pick<VastStore, 'segments'>,
  used: readonly { objectId: string; range: TimeRange }[],
): Promise<ReadonlyMap<string, TimeRange>> {
  const { ranges } = await store.segments.rangesOf([...new Set(used.map(({ objectId }) => objectId))]);
  for (const { objectId, range } of used) widen(ranges, objectId, range);
  return ranges;
}
