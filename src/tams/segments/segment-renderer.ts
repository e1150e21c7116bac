import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import { LOCATION_SEPARATOR, STORAGE_ID_LENGTH } from '../objects/object-location.ts';
import type { JsonText } from '../../shared/paging.ts';
import type { ExternalUrl, SegmentParts, UrlFilter } from './segment.ts';

/** The rest of an entry of `get_urls` after its URL; undefined if the filter excludes such URLs. */
interface BackendEntries {
  readonly store: MediaStore;
  readonly afterSigned: JsonText | undefined;
  readonly afterPlain: JsonText | undefined;
}

const TS_OFFSET = '"ts_offset":';

/** Clients expect it. It comes first in rows, and may be missing in old ones. */
const hasOffset = (fragment: JsonText): boolean => fragment.startsWith(TS_OFFSET, 1) || fragment.includes(TS_OFFSET);

/**
 * Prints segments with their `get_urls` (TAMS 7.0, `schemas/flow-segment.json`). The backend's part of an entry is made
 * once per call. Per segment, only the URL is signed and texts are joined: this is the hot path of the whole server.
 */
export function renderSegments(
  segments: readonly SegmentParts[],
  filter: UrlFilter,
  stores: MediaStoreRegistry,
  baseUrl: string,
): JsonText {
  const backends = new Map(stores.all().map((store) => [store.backend.id, entriesOf(store, filter)]));
  let text = '[';
  for (const { fragment, locations, externalUrls } of segments) {
    if (text.length > 1) text += ',';
    text += fragment;
    if (!hasOffset(fragment)) text += `,${TS_OFFSET}"0:0"`;
    text += ',"get_urls":[';
    const controlled = locations === null ? '' : controlledUrls(locations, backends, baseUrl);
    text += controlled;
    if (externalUrls !== null) {
      const external = printExternal(externalUrls, filter);
      text += controlled !== '' && external !== '' ? `,${external}` : external;
    }
    text += ']}';
  }
  return `${text}]`;
}

/** Signed URLs and public URLs are URL-safe ASCII, so they need no escaping. */
function controlledUrls(locations: string, backends: ReadonlyMap<string, BackendEntries>, baseUrl: string): JsonText {
  let text = '';
  let from = 0;
  for (;;) {
    const lineEnd = locations.indexOf(LOCATION_SEPARATOR, from);
    const end = lineEnd === -1 ? locations.length : lineEnd;
    const backend = backends.get(locations.slice(from, from + STORAGE_ID_LENGTH));
    if (backend !== undefined) {
      const path = locations.slice(from + STORAGE_ID_LENGTH + 1, end);
      if (backend.afterSigned !== undefined) {
        text += `${text === '' ? '' : ','}{"url":"${backend.store.presignGet(path, baseUrl)}"${backend.afterSigned}`;
      }
      const plain = backend.afterPlain === undefined ? undefined : backend.store.publicUrl(path);
      if (plain !== undefined) text += `${text === '' ? '' : ','}{"url":"${plain}"${backend.afterPlain ?? ''}`;
    }
    if (lineEnd === -1) return text;
    from = lineEnd + 1;
  }
}

function entriesOf(store: MediaStore, filter: UrlFilter): BackendEntries {
  const { id, label, store_type, provider, region, availability_zone, store_product } = store.backend;
  const wanted = accepts(filter, label, id);
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

function printExternal(urls: JsonText, filter: UrlFilter): JsonText {
  if (filter.presigned === true || filter.storageIds !== undefined) return '';
  return (JSON.parse(urls) as ExternalUrl[])
    .filter(({ label }) => accepts(filter, label, undefined))
    .map(({ url, label }) =>
      JSON.stringify({ url, label, presigned: false, ...(filter.verbose ? { controlled: false } : {}) }),
    )
    .join(',');
}
