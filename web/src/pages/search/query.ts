/** How the server compares words and texts. */
export const TYPES = ['hybrid', 'keyword', 'semantic'] as const;
export type SearchType = (typeof TYPES)[number];

/** Hits of a page. */
export const LIMIT = 20;
/** The server answers no hits beyond this place. */
const LAST = 10_000;

/** A search, as the page's address has it. */
export interface SearchQuery {
  readonly q: string;
  readonly type: SearchType;
  readonly speaker: string;
  readonly language: string;
  readonly offset: number;
}

/** Reads an address; parts that no search has are left out. */
export function readQuery(text: string): SearchQuery {
  const of = new URLSearchParams(text);
  const offset = Number(of.get('offset'));
  return {
    q: of.get('q')?.trim() ?? '',
    type: TYPES.find((type) => type === of.get('type')) ?? 'hybrid',
    speaker: of.get('speaker')?.trim() ?? '',
    language: of.get('language')?.trim() ?? '',
    offset: Number.isInteger(offset) && offset > 0 && offset + LIMIT <= LAST ? offset : 0,
  };
}

/** The address of a search, without what is usual. */
export function writeQuery({ q, type, speaker, language, offset }: SearchQuery): string {
  const of = new URLSearchParams({ q });
  if (type !== 'hybrid') of.set('type', type);
  if (speaker !== '') of.set('speaker', speaker);
  if (language !== '') of.set('language', language);
  if (offset > 0) of.set('offset', String(offset));
  return of.toString();
}

/** Whether there are hits behind this page that can be asked for. */
export const hasLater = (offset: number, total: number): boolean =>
  offset + LIMIT < total && offset + 2 * LIMIT <= LAST;
