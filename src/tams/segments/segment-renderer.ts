import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import { LOCATION_SEPARATOR, STORAGE_ID_LENGTH } from '../objects/object-location.ts';
import { hasTags } from '../documents/tags.ts';
import type { JsonText } from '../../shared/paging.ts';
import { fromJson, type Json } from '../../shared/json-text.ts';
import type { ExternalUrl, InitParts, ObjectPlaces, SegmentDetails, SegmentParts, UrlFilter } from './segment.ts';

/** The rest of an entry of `get_urls` after its URL; undefined if the filter excludes such URLs. */
interface BackendEntries {
  readonly store: MediaStore;
  readonly afterSigned: JsonText | undefined;
  readonly afterPlain: JsonText | undefined;
}

/** A copy in a store of this service. */
interface ControlledPlace {
  readonly backend: BackendEntries;
  readonly path: string;
  signedUrl: string | undefined;
}

const TS_OFFSET = '"ts_offset":';

/** Clients expect it. It comes first in rows, and may be missing in old ones. */
const hasOffset = (fragment: JsonText): boolean => fragment.startsWith(TS_OFFSET, 1) || fragment.includes(TS_OFFSET);

/** The default: nothing is printed besides the fragment and `get_urls`. */
const NO_DETAILS: SegmentDetails = { init: false, objectTimerange: false };

/**
 * Prints segments with their `get_urls` (TAMS, `schemas/flow-segment.json`). The backend's part of an entry is made once
 * per call. Per segment, only the URL is signed and texts are joined: this is the hot path of the whole server.
 */
export function segmentTexts(
  segments: readonly SegmentParts[],
  filter: UrlFilter,
  stores: MediaStoreRegistry,
  baseUrl: string,
  details: SegmentDetails = NO_DETAILS,
): JsonText[] {
  const print = urlPrinter(filter, stores, baseUrl);
  const urls = print(segments);
  // Neighbours mostly need the same one.
  const inits = new Map<string, JsonText>();
  const printInit = (init: InitParts): JsonText => {
    const known = inits.get(init.id);
    if (known !== undefined) return known;
    const [initUrls = ''] = print([init]);
    const text = `,"init_object":{"object_id":${JSON.stringify(init.id)},"get_urls":${initUrls}}`;
    inits.set(init.id, text);
    return text;
  };
  return segments.map(({ fragment, init, objectTimerange }, index) => {
    let text = fragment;
    if (!hasOffset(fragment)) text += `,${TS_OFFSET}"0:0"`;
    text += `,"get_urls":${urls[index] ?? ''}`;
    if (details.init && init !== undefined) text += printInit(init);
    if (details.objectTimerange && objectTimerange !== undefined) text += `,"object_timerange":"${objectTimerange}"`;
    return `${text}}`;
  });
}

/** As `segmentTexts`, as one list. */
export const renderSegments = (...parts: Parameters<typeof segmentTexts>): JsonText =>
  `[${segmentTexts(...parts).join(',')}]`;

/** Prints `get_urls` of many places at once, in their order: stores sign many URLs in half the time. */
export function urlPrinter(
  filter: UrlFilter,
  stores: MediaStoreRegistry,
  baseUrl: string,
): (places: readonly ObjectPlaces[]) => JsonText[] {
  const backends = new Map(stores.all().map((store) => [store.backend.id, entriesOf(store, filter)]));
  return (places) => {
    const controlled = places.map(({ locations }) => (locations === null ? [] : placesIn(locations, backends)));
    for (const backend of backends.values()) sign(backend, controlled, baseUrl);
    return places.map(({ externalUrls }, index) => {
      const own = controlledUrls(controlled[index] ?? []);
      if (externalUrls === null) return `[${own}]`;
      const external = printExternal(externalUrls, filter);
      return `[${own}${own !== '' && external !== '' ? ',' : ''}${external}]`;
    });
  };
}

/** Those in known backends. */
function placesIn(locations: string, backends: ReadonlyMap<string, BackendEntries>): ControlledPlace[] {
  const places: ControlledPlace[] = [];
  let from = 0;
  for (;;) {
    const lineEnd = locations.indexOf(LOCATION_SEPARATOR, from);
    const end = lineEnd === -1 ? locations.length : lineEnd;
    const backend = backends.get(locations.slice(from, from + STORAGE_ID_LENGTH));
    const path = locations.slice(from + STORAGE_ID_LENGTH + 1, end);
    if (backend !== undefined) places.push({ backend, path, signedUrl: undefined });
    if (lineEnd === -1) return places;
    from = lineEnd + 1;
  }
}

/** Signs the URLs of a backend, unless the filter excludes them. */
function sign(backend: BackendEntries, all: readonly ControlledPlace[][], baseUrl: string): void {
  if (backend.afterSigned === undefined) return;
  const places: ControlledPlace[] = [];
  const paths: string[] = [];
  for (const group of all) {
    for (const place of group) {
      if (place.backend !== backend) continue;
      places.push(place);
      paths.push(place.path);
    }
  }
  // A store that has no credentials now throws: it fails the pages with its own URLs alone.
  if (paths.length === 0) return;
  const urls = backend.store.presignGets(paths, baseUrl);
  for (const [index, place] of places.entries()) place.signedUrl = urls[index];
}

/** Signed URLs and public URLs are URL-safe ASCII, so they need no escaping. */
function controlledUrls(places: readonly ControlledPlace[]): JsonText {
  let text = '';
  for (const { backend, path, signedUrl } of places) {
    const { store, afterSigned = '', afterPlain } = backend;
    if (signedUrl !== undefined) text += `${text === '' ? '' : ','}{"url":"${signedUrl}"${afterSigned}`;
    const plain = afterPlain === undefined ? undefined : store.publicUrl(path);
    if (plain !== undefined) text += `${text === '' ? '' : ','}{"url":"${plain}"${afterPlain ?? ''}`;
  }
  return text;
}

function entriesOf(store: MediaStore, filter: UrlFilter): BackendEntries {
  const { id, label, store_type, provider, region, availability_zone, store_product } = store.backend;
  const wanted = accepts(filter, label, id) && hasTags(store.backend.tags, filter.backendTags);
  const details = filter.verbose
    ? { storage_id: id, controlled: true, store_type, provider, region, availability_zone, store_product }
    : {};
  const after = (presigned: boolean): JsonText | undefined =>
    wanted && (filter.presigned ?? presigned) === presigned
      ? `,${JSON.stringify({ presigned, label, ...details }).slice(1)}`
      : undefined;
  return { store, afterSigned: after(true), afterPlain: after(false) };
}

/** A URL without label or storage id cannot be filtered for: it is left out by any such filter. */
function accepts(filter: UrlFilter, label: string | undefined, storageId: string | undefined): boolean {
  const { labels, storageIds } = filter;
  if (labels !== undefined && (label === undefined || !labels.has(label))) return false;
  return storageIds === undefined || (storageId !== undefined && storageIds.has(storageId));
}

function printExternal(urls: Json<readonly ExternalUrl[]>, filter: UrlFilter): JsonText {
  if (filter.presigned === true || filter.storageIds !== undefined || filter.backendTags !== undefined) return '';
  return fromJson(urls)
    .filter(({ label }) => accepts(filter, label, undefined))
    .map(({ url, label }) =>
      JSON.stringify({ url, label, presigned: false, ...(filter.verbose ? { controlled: false } : {}) }),
    )
    .join(',');
}
