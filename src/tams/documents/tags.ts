import { AppError } from '../../shared/errors.ts';

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

/** The tag's value; undefined where there is no such tag. */
export const findTag = (tags: Tags, name: string): TagValue | undefined =>
  Object.hasOwn(tags, name) ? tags[name] : undefined;

/** The tag's value; throws `not_found` where the owner has no such tag. */
export function tagOf(tags: Tags, name: string, owner: string): TagValue {
  const value = findTag(tags, name);
  if (value === undefined) throw new AppError('not_found', `${owner} has no tag of this name`);
  return value;
}

/** Sets a tag to what `valueOf` makes of its present value. Built from entries: `__proto__` is a name like any other. */
export function setTag(
  owner: { tags?: Tags },
  name: string,
  valueOf: (present: TagValue | undefined) => TagValue,
): void {
  const { tags = {} } = owner;
  const value = valueOf(findTag(tags, name));
  owner.tags = Object.fromEntries([...Object.entries(tags).filter(([other]) => other !== name), [name, value]]);
}

/** Removes a tag; throws `not_found` where the owner, which is called `title`, has no such tag. */
export function removeTag(owner: { tags?: Tags }, name: string, title: string): void {
  const { tags = {} } = owner;
  tagOf(tags, name, title);
  owner.tags = Object.fromEntries(Object.entries(tags).filter(([other]) => other !== name));
}

/** Whether tags that no index has pass a filter; without one, all do. */
export function hasTags(tags: Tags | undefined, filter: TagFilter | undefined): boolean {
  if (filter === undefined) return true;
  const valueOf = (name: string): TagValue | undefined => (tags === undefined ? undefined : findTag(tags, name));
  return (
    [...filter.exists].every(([name, exists]) => (valueOf(name) !== undefined) === exists) &&
    [...filter.values].every(([name, match]) => {
      const value = valueOf(name);
      if (value === undefined) return false;
      const texts = match.items && typeof value !== 'string' ? [wholeText(value), ...value] : [wholeText(value)];
      return texts.some((text) => match.anyOf.includes(text));
    })
  );
}
