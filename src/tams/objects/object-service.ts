import type { Readable } from 'node:stream';
import type { LocalMediaStore } from '../../media/local-media-store.ts';
import type { MediaStoreRegistry, ObjectInfo, UploadOptions } from '../../media/media-store.ts';
import type { CursorPosition, JsonText, PageRequest } from '../../shared/paging.ts';
import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import type { TagFilter } from '../documents/tags.ts';
import { urlPrinter } from '../segments/segment-renderer.ts';
import type { ObjectLocation, ObjectPlaces, UrlFilter } from '../segments/segment.ts';
import { packUrls } from './object-location.ts';
import type { ShownObject } from './media-object.ts';
import type { VastStore } from '../vast-store.ts';

interface ObjectRendering {
  readonly flowTags: TagFilter;
  /** Which URLs to show; undefined: only the flows that use the object. */
  readonly urls: UrlFilter | undefined;
  /** This server's, for stores whose URLs lead back to it. */
  readonly baseUrl: string;
}

/** TAMS, `/objects/{objectId}`. */
export class ObjectService {
  readonly #store: VastStore;
  readonly #media: MediaStoreRegistry;

  constructor(store: VastStore, media: MediaStoreRegistry) {
    this.#store = store;
    this.#media = media;
  }

  /** An object that nothing ever used is only allocated: not found. */
  async get(
    objectId: string,
    page: PageRequest,
    { flowTags, urls, baseUrl }: ObjectRendering,
  ): Promise<{ text: JsonText; next?: CursorPosition }> {
    const found = await this.#store.objects.find(objectId);
    if (found === undefined || !found.referenced) {
      throw new AppError('not_found', 'there is no media object of this id');
    }
    const { items, ...rest } = await this.#store.segments.flowsUsing(found, page);
    // Segments of a flow that is being deleted outlive the flow for a while.
    const existing = await this.#store.flows.existing(items, flowTags);
    const users = {
      id: objectId,
      referenced_by_flows: items.filter((flowId) => existing.has(flowId)),
      ...(found.firstFlow !== undefined && { first_referenced_by_flow: found.firstFlow }),
    };
    const details = urls === undefined ? '' : await this.#details(found, urlPrinter(urls, this.#media, baseUrl));
    return { text: `${JSON.stringify(users).slice(0, -1)}${details}}`, ...rest };
  }

  /** Properties behind those of the users. */
  async #details(object: ShownObject, print: ReturnType<typeof urlPrinter>): Promise<JsonText> {
    const { keyFrameCount, initObjectId } = object;
    const [range, init] = await Promise.all([this.#rangeOf(object), this.#initOf(initObjectId)]);
    const values = JSON.stringify({ timerange: range?.toString(), key_frame_count: keyFrameCount }).slice(1, -1);
    const places = { locations: object.locations, externalUrls: packUrls(object.externalUrls) };
    const [urls = '', initUrls] = print(init === undefined ? [places] : [places, init]);
    const own = `${values === '' ? '' : `,${values}`},"get_urls":${urls}`;
    if (initObjectId === undefined || initUrls === undefined) return own;
    return `${own},"init_object":{"id":${JSON.stringify(initObjectId)},"get_urls":${initUrls}}`;
  }

  /** The known range; for objects from before ranges were kept, the range that segments use. */
  async #rangeOf({ id, isInit, timerange }: ShownObject): Promise<TimeRange | undefined> {
    if (isInit === true) return undefined;
    return timerange?.range ?? (await this.#store.segments.rangesOf([id])).ranges.get(id) ?? TimeRange.EMPTY;
  }

  async #initOf(id: string | undefined): Promise<ObjectPlaces | undefined> {
    return id === undefined ? undefined : (await this.#store.objects.details([id])).get(id);
  }

  /** Whether an object was allocated at this place to be uploaded without a signature. */
  async takesPlainUpload(location: ObjectLocation): Promise<boolean> {
    return (await this.#store.objects.findAt(location))?.plainUpload === true;
  }

  /**
   * Stores the bytes of an existing object. Looks for the object once more when the bytes can be read: reclaim either
   * begins afterwards and finds them, or they are deleted here.
   */
  async upload(
    media: LocalMediaStore,
    storagePath: string,
    body: Readable,
    options: UploadOptions,
  ): Promise<ObjectInfo> {
    const location = { storageId: media.backend.id, storagePath };
    if ((await this.#store.objects.findAt(location)) === undefined) throw reclaimed();
    const info = await media.put(storagePath, body, options);
    if ((await this.#store.objects.findAt(location)) !== undefined) return info;
    await media.delete(storagePath);
    throw reclaimed();
  }
}

const reclaimed = (): AppError =>
  new AppError('not_found', 'This object was reclaimed, since no segment used it; allocate storage again.');
