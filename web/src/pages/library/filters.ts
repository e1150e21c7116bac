export type Kind = 'flows' | 'sources';
export type Order = 'newest' | 'oldest' | 'changed' | 'label';

/** The fields of the address: every field is a text of its query, and an empty one is left out. */
export interface Filters {
  readonly kind: Kind;
  readonly order: Order;
  readonly format: string;
  readonly codec: string;
  readonly label: string;
  /** `name=value`, or a name alone. */
  readonly tag: string;
  /** A timerange of TAMS. */
  readonly time: string;
  /** Id of the flow or source whose members are meant. */
  readonly collection: string;
}

const TEXTS = ['format', 'codec', 'label', 'tag', 'time', 'collection'] as const;
const ORDERS: readonly Order[] = ['newest', 'oldest', 'changed', 'label'];

/** Reads the filters of an address's query. */
export function readFilters(query: Readonly<Record<string, string>>): Filters {
  const order = ORDERS.find((each) => each === query['order']) ?? 'newest';
  const texts = Object.fromEntries(TEXTS.map((name) => [name, query[name]?.trim() ?? '']));
  return { kind: query['kind'] === 'sources' ? 'sources' : 'flows', order, ...texts } as Filters;
}

/** The query of an address with these filters; without a question mark where there are none. */
export function writeFilters(filters: Filters): string {
  const { kind, order } = filters;
  const query = new URLSearchParams();
  if (kind === 'sources') query.set('kind', kind);
  for (const name of TEXTS) if (filters[name] !== '') query.set(name, filters[name]);
  if (order !== 'newest') query.set('order', order);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export const isFiltered = (filters: Filters): boolean => TEXTS.some((name) => filters[name] !== '');

/** The parameters of TAMS 8.2, `GET /flows` or `GET /sources`, for the filters. */
export function queryOf({ kind, order, format, codec, label, tag, time, collection }: Filters): Record<string, string> {
  const changed = kind === 'flows' ? 'metadata_updated' : 'updated';
  const sortBy = { newest: 'created', oldest: 'created', changed, label: 'label' }[order];
  const [name = '', ...value] = tag.split('=');
  const query = {
    sort_by: sortBy,
    reverse_order: String(order === 'newest' || order === 'changed'),
    format,
    label,
    collected_by_ids: collection,
    ...(kind === 'flows' && { codec, timerange: time }),
    ...(name !== '' && (value.length > 0 ? { [`tag.${name}`]: value.join('=') } : { [`tag_exists.${name}`]: 'true' })),
  };
  return Object.fromEntries(Object.entries(query).filter(([, text]) => text !== ''));
}
