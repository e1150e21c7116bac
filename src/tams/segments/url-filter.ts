import { readTagFilter } from '../documents/tag-filter.ts';
import type { TagMatch } from '../documents/tags.ts';
import type { UrlFilter } from './segment.ts';

/** Parameters that choose among the URLs of objects. */
export interface UrlQuery {
  accept_get_urls?: string;
  accept_storage_ids?: string;
  presigned?: boolean;
  verbose_storage?: boolean;
}

/** @param query validated; it may hold `storage_backend_tag.{name}` and `storage_backend_tag_exists.{name}` */
export function urlFilter(query: UrlQuery, matchOf: (text: string) => TagMatch): UrlFilter {
  const { accept_get_urls: labels, accept_storage_ids: storageIds } = query;
  const tags = readTagFilter(query as Readonly<Record<string, unknown>>, matchOf, 'storage_backend_');
  return {
    // An empty list of labels accepts no URL; an empty list of backends accepts all of them.
    labels: labels === undefined ? undefined : new Set(labels === '' ? [] : labels.split(',')),
    storageIds: storageIds === undefined || storageIds === '' ? undefined : new Set(storageIds.split(',')),
    presigned: query.presigned,
    backendTags: tags.values.size + tags.exists.size === 0 ? undefined : tags,
    verbose: query.verbose_storage === true,
  };
}
