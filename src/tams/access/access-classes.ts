import { findTag, type Tags, wholeText } from '../documents/tags.ts';

/** The tag of flows and sources that lists the classes with access to them (docs/adr/0015-access-by-tags.md). */
const CLASSES_TAG = 'auth_classes';

/** The classes with access to a flow or source; null: everybody. */
export type AccessClasses = readonly string[] | null;

/** The classes that tags give access to: without the tag undefined, which is everybody. */
export function classesOf(tags: Tags | undefined): string[] | undefined {
  const value = findTag(tags ?? {}, CLASSES_TAG);
  if (value === undefined) return undefined;
  const names = wholeText(value)
    .split(',')
    .map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '');
}

/** Whether a principal of these classes may access a flow or source with these tags. */
export function giveAccess(tags: Tags | undefined, classes: readonly string[]): boolean {
  const named = classesOf(tags);
  return named === undefined || named.some((name) => classes.includes(name));
}

/** The tags that a new source inherits from the flow that creates it. */
export function inheritedTags(tags: Tags | undefined): Tags | undefined {
  const value = classesOf(tags) === undefined ? undefined : tags?.[CLASSES_TAG];
  return value === undefined ? undefined : { [CLASSES_TAG]: value };
}
