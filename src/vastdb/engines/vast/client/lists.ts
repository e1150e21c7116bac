import type { ObjectDetails } from '../flatbuffers/tabular.generated.ts';
import { malformed } from '../protocol/malformed.ts';
import type { VastResponse } from '../transport/vast-request.ts';
import type { OperationOptions, Requests } from './requests.ts';

const LONGEST_LIST = 100_000;

interface ListOptions {
  readonly transactionId: string;
  readonly query: OperationOptions['query'];
  /** Headers of this kind of list, besides those of its pages. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxKeys: number;
  /** Only this name: a list of none or one. */
  readonly exactly?: string;
}

/** Reads a list page by page. `read` gets each page's body, and returns its items. */
export async function readList<Item>(
  requests: Requests,
  path: readonly string[],
  options: ListOptions,
  read: (body: Buffer) => readonly Item[],
): Promise<Item[]> {
  const { transactionId, query, headers, maxKeys, exactly } = options;
  const items: Item[] = [];
  let key = '0';
  for (;;) {
    const response = await requests.send('GET', path, {
      transactionId,
      query,
      headers: {
        ...headers,
        'tabular-max-keys': String(maxKeys),
        'tabular-next-key': key,
        'tabular-list-count-only': 'False',
        ...(exactly === undefined ? { 'tabular-name-prefix': '' } : { 'tabular-name-exact-match': exactly }),
      },
    });
    items.push(...read(await response.buffer()));
    const next = nextKey(response);
    if (next === undefined) return items;
    if (next === key) throw malformed('a list does not go on');
    key = next;
  }
}

function nextKey({ headers }: VastResponse): string | undefined {
  if (headers['tabular-is-truncated'] !== 'true') return undefined;
  const key = headers['tabular-next-key'];
  if (key === undefined) throw malformed('a list does not say where it goes on');
  return key;
}

/** A table or a projection in a list. */
export interface ObjectEntry {
  readonly name: string;
  readonly isSorted: boolean;
}

export function readNames(length: number, at: (index: number) => ObjectDetails | null): string[] {
  return readObjects(length, at).map(({ name }) => name);
}

/** The items of one page of a list. */
export function readObjects(length: number, at: (index: number) => ObjectDetails | null): ObjectEntry[] {
  if (length > LONGEST_LIST) throw malformed(`a list of ${length} items is announced`);
  return Array.from({ length }, (_, index) => {
    const details = at(index);
    const name = details?.name();
    if (details === null || name == null) throw malformed('an item of a list has no name');
    return { name, isSorted: details.sortingKeyEnabled() };
  });
}
