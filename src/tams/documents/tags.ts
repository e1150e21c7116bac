/** Tag names and values are free text; a value may be a list of texts. */
export type TagValue = string | string[];
export type Tags = Record<string, TagValue>;

/** A list as one text, for clients that know no lists and for filters by the whole value. */
export const wholeText = (value: TagValue): string => (typeof value === 'string' ? value : value.join(','));

/** `tag.{name}` and `tag_exists.{name}` of a listing; all of them must hold. */
export interface TagFilter {
  readonly values: ReadonlyMap<string, TagMatch>;
  readonly exists: ReadonlyMap<string, boolean>;
}

/** A tag matches whose whole text is any of these or, with `items`, whose list has any of these. */
export interface TagMatch {
  readonly anyOf: readonly string[];
  readonly items: boolean;
}
