import { header, numberHeader, type EmulatorRequest } from '../http/emulator-request.ts';

/** One page of a list, and the headers that tell where it stands. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Cuts what the headers ask for out of a list: names that match, from the next key on, so many. */
export function listPage<Item>(
  request: EmulatorRequest,
  all: readonly Item[],
  nameOf: (item: Item) => string,
): ListPage<Item> {
  const exact = request.headers['tabular-name-exact-match'];
  const prefix = header(request, 'tabular-name-prefix');
  const matching = all.filter((item) =>
    exact === undefined ? nameOf(item).startsWith(prefix) : nameOf(item) === exact,
  );
  const start = numberHeader(request, 'tabular-next-key', 0);
  const end = Math.min(start + numberHeader(request, 'tabular-max-keys', 1000, 1), matching.length);
  return {
    items: matching.slice(start, end),
    headers: {
      'tabular-next-key': String(end),
      'tabular-is-truncated': String(end < matching.length),
      'tabular-list-count': String(matching.length),
    },
  };
}
