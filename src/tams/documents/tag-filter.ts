import type { TagFilter } from './tags.ts';

const EQUALS = 'tag.';
const EXISTS = 'tag_exists.';

const NONE: TagFilter = { equals: new Map(), exists: new Map() };

/** `tag.{name}` and `tag_exists.{name}` out of a validated query. */
export function readTagFilter(query: Readonly<Record<string, unknown>>): TagFilter {
  let filter: { equals: Map<string, string>; exists: Map<string, boolean> } | undefined;
  for (const [parameter, value] of Object.entries(query)) {
    if (parameter.startsWith(EQUALS) && typeof value === 'string') {
      filter ??= { equals: new Map(), exists: new Map() };
      filter.equals.set(parameter.slice(EQUALS.length), value);
    } else if (parameter.startsWith(EXISTS) && typeof value === 'boolean') {
      filter ??= { equals: new Map(), exists: new Map() };
      filter.exists.set(parameter.slice(EXISTS.length), value);
    }
  }
  return filter ?? NONE;
}
