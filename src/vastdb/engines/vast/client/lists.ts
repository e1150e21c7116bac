import type { VastResponse } from '../transport/vast-request.ts';
import { malformed } from '../protocol/malformed.ts';
import type { OperationOptions, Requests } from './requests.ts';

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
