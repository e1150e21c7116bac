import type { TagFilter, TagMatch } from './tags.ts';

const EQUALS = 'tag.';
const EXISTS = 'tag_exists.';

export const NO_TAGS: TagFilter = { values: new Map(), exists: new Map() };

/** `tag.{name}` and `tag_exists.{name}` out of a validated query. @param matchOf the tags that a value of the query matches */
export function readTagFilter(
  query: Readonly<Record<string, unknown>>,
  matchOf: (text: string) => TagMatch,
  prefix = '',
): TagFilter {
  const values = new Map<string, TagMatch>();
  const exists = new Map<string, boolean>();
  for (const [parameter, value] of Object.entries(query)) {
    if (typeof value === 'string' && parameter.startsWith(prefix + EQUALS)) {
      values.set(parameter.slice(prefix.length + EQUALS.length), matchOf(value));
    } else if (typeof value === 'boolean' && parameter.startsWith(prefix + EXISTS)) {
      exists.set(parameter.slice(prefix.length + EXISTS.length), value);
    }
  }
  return { values, exists };
}
