/** Tag names and values are free text (TAMS 7.0, `schemas/tags.json`). */
export type Tags = Record<string, string>;

/** `tag.{name}` and `tag_exists.{name}` of a listing; all of them must hold. */
export interface TagFilter {
  readonly equals: ReadonlyMap<string, string>;
  readonly exists: ReadonlyMap<string, boolean>;
}
