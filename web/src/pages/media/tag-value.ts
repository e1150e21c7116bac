export type TagValue = string | string[];

/** Commas make a list of values of a new tag (TAMS 8.2); a text stays a text, and a list a list. */
export function tagValueOf(text: string, before: TagValue | undefined): TagValue {
  if (typeof before === 'string') return text;
  const values = text.split(',').map((value) => value.trim());
  return values.length > 1 || before !== undefined ? values : text;
}
