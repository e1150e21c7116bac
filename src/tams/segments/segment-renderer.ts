import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import { LOCATION_SEPARATOR, STORAGE_ID_LENGTH } from '../objects/object-location.ts';
import { hasTags } from '../documents/tag-access.ts';
import type { JsonText } from '../../shared/paging.ts';
import type { ExternalUrl, InitParts, ObjectPlaces, SegmentDetails, SegmentParts, UrlFilter } from './segment.ts';

/** How the URLs of a backend are printed. */
interface BackendEntries {
  readonly store: MediaStore;
  /** Of a path; with its paths in the order in which they are printed, all are signed at once. */
  readonly sign: (path: string) => string;
  /** The rest of an entry of `get_urls` after its URL; undefined if the filter excludes such URLs. */
  readonly afterSigned: JsonText | undefined;
  readonly afterPlain: JsonText | undefined;
}

type Backends = ReadonlyMap<string, BackendEntries>;

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
  const backends = backendsOf(filter, stores, baseUrl);
  const print = printer(backends, filter);
  const printSigned = printer(signedAtOnce(backends, segments, baseUrl), filter);
  // Neighbours mostly need the same one.
  const inits = new Map<string, JsonText>();
  const printInit = (init: InitParts): JsonText => {
    const known = inits.get(init.id);
    if (known !== undefined) return known;
    const text = `,"init_object":{"object_id":${JSON.stringify(init.id)},"get_urls":${print(init)}}`;
    inits.set(init.id, text);
    return text;
  };
  return segments.map((segment) => {
    const { fragment, init, objectTimerange } = segment;
    let text = fragment;
    if (!hasOffset(fragment)) text += `,${TS_OFFSET}"0:0"`;
    text += `,"get_urls":${printSigned(segment)}`;
    if (details.init && init !== undefined) text += printInit(init);
    if (details.objectTimerange && objectTimerange !== undefined) text += `,"object_timerange":"${objectTimerange}"`;
    return `${text}}`;
  });
}

/** As `segmentTexts`, as one list. */
export const renderSegments = (...parts: Parameters<typeof segmentTexts>): JsonText =>
  `[${segmentTexts(...parts).join(',')}]`;

/** Prints `get_urls` of objects. */
export const urlPrinter = (
  filter: UrlFilter,
  stores: MediaStoreRegistry,
  baseUrl: string,
): ((places: ObjectPlaces) => JsonText) => printer(backendsOf(filter, stores, baseUrl), filter);

const backendsOf = (filter: UrlFilter, stores: MediaStoreRegistry, baseUrl: string): Backends =>
  new Map(stores.all().map((store) => [store.backend.id, entriesOf(store, filter, baseUrl)]));

function printer(backends: Backends, filter: UrlFilter): (places: ObjectPlaces) => JsonText {
  return ({ locations, externalUrls }) => {
    const controlled = locations === null ? '' : controlledUrls(locations, backends);
    if (externalUrls === null) return `[${controlled}]`;
    const external = printExternal(externalUrls, filter);
    return `[${controlled}${controlled !== '' && external !== '' ? ',' : ''}${external}]`;
  };
}

/** The backends, with the URLs of these places signed: a store signs many at once in half the time. */
function signedAtOnce(backends: Backends, places: readonly ObjectPlaces[], baseUrl: string): Backends {
  const paths = new Map([...backends].map(([id]) => [id, [] as string[]]));
  for (const { locations } of places) {
    if (locations === null) continue;
    eachLocation(locations, backends, ({ store, afterSigned }, path) => {
      if (afterSigned !== undefined) paths.get(store.backend.id)?.push(path);
    });
  }
  return new Map(
    [...backends].map(([id, entries]) => {
      const urls = entries.store.presignGets(paths.get(id) ?? [], baseUrl).values();
      return [id, { ...entries, sign: (path) => urls.next().value ?? entries.sign(path) }];
    }),
  );
}

/** Signed URLs and public URLs are URL-safe ASCII, so they need no escaping. */
function controlledUrls(locations: string, backends: Backends): JsonText {
  let text = '';
  eachLocation(locations, backends, ({ store, sign, afterSigned, afterPlain }, path) => {
    if (afterSigned !== undefined) text += `${text === '' ? '' : ','}{"url":"${sign(path)}"${afterSigned}`;
    const plain = afterPlain === undefined ? undefined : store.publicUrl(path);
    if (plain !== undefined) text += `${text === '' ? '' : ','}{"url":"${plain}"${afterPlain ?? ''}`;
  });
  return text;
}

/** Those of known backends. */
function eachLocation(
  locations: string,
  backends: Backends,
  use: (backend: BackendEntries, path: string) => void,
): void {
  let from = 0;
  for (;;) {
    const lineEnd = locations.indexOf(LOCATION_SEPARATOR, from);
    const end = lineEnd === -1 ? locations.length : lineEnd;
    const backend = backends.get(locations.slice(from, from + STORAGE_ID_LENGTH));
    if (backend !== undefined) use(backend, locations.slice(from + STORAGE_ID_LENGTH + 1, end));
    if (lineEnd === -1) return;
    from = lineEnd + 1;
  }
}

function entriesOf(store: MediaStore, filter: UrlFilter, baseUrl: string): BackendEntries {
  const { id, label, store_type, provider, region, availability_zone, store_product } = store.backend;
  const wanted = accepts(filter, label, id) && hasTags(store.backend.tags, filter.backendTags);
  const details = filter.verbose
    ? { storage_id: id, controlled: true, store_type, provider, region, availability_zone, store_product }
    : {};
  const after = (presigned: boolean): JsonText | undefined =>
    wanted && (filter.presigned ?? presigned) === presigned
      ? `,${JSON.stringify({ presigned, label, ...details }).slice(1)}`
      : undefined;
  const sign = (path: string): string => store.presignGet(path, baseUrl);
  return { store, sign, afterSigned: after(true), afterPlain: after(false) };
}

/** A URL without label or storage id cannot be filtered for: it is left out by any such filter. */
function accepts(filter: UrlFilter, label: string | undefined, storageId: string | undefined): boolean {
  const { labels, storageIds } = filter;
  if (labels !== undefined && (label === undefined || !labels.has(label))) return false;
  return storageIds === undefined || (storageId !== undefined && storageIds.has(storageId));
}

function printExternal(urls: JsonText, filter: UrlFilter): JsonText {
  if (filter.presigned === true || filter.storageIds !== undefined || filter.backendTags !== undefined) return '';
  return (JSON.parse(urls) as ExternalUrl[])
    .filter(({ label }) => accepts(filter, label, undefined))
    .map(({ url, label }) =>
      JSON.stringify({ url, label, presigned: false, ...(filter.verbose ? { controlled: false } : {}) }),
    )
    .join(',');
}
