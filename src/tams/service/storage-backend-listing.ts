import type { StorageBackend } from '../../media/storage-backend.ts';
import { cellsOf, type Page, type PageRequest } from '../../shared/paging.ts';
import { hasTags } from '../documents/tag-access.ts';
import type { TagFilter } from '../documents/tags.ts';

/** The position of a backend: those with a label, by their labels, and then the others by their ids. */
type Place = readonly [group: string, text: string, id: string];

const placeOf = ({ id, label }: StorageBackend): Place => (label === undefined ? ['1', '', id] : ['0', label, id]);

/** Compares by code point, as the labels of flows are sorted. */
function compare(a: Place, b: Place): number {
  for (const [index, text] of a.entries()) {
    const order = Buffer.compare(Buffer.from(text), Buffer.from(b[index] ?? ''));
    if (order !== 0) return order;
  }
  return 0;
}

/** A page of the backends with these tags, in the order of their labels or the reverse (TAMS 8.2, `GET /service/storage-backends`). */
export function pageOfBackends(
  backends: readonly StorageBackend[],
  { tags, reverse }: { readonly tags: TagFilter; readonly reverse: boolean },
  { limit, after }: PageRequest,
): Page<StorageBackend> {
  const last = after && cellsOf(after, ['string', 'string', 'string']);
  const sign = reverse ? -1 : 1;
  const rest = backends
    .filter((backend) => hasTags(backend.tags, tags))
    .filter((backend) => last === undefined || sign * compare(placeOf(backend), last) > 0)
    .sort((a, b) => sign * compare(placeOf(a), placeOf(b)));
  const items = rest.slice(0, limit);
  const end = items.at(-1);
  return rest.length > limit && end !== undefined ? { items, next: placeOf(end) } : { items };
}
