import { Type } from '../../../shared/type-builder.ts';
import { Dictionary } from '../../../http/schemas/common.ts';
import { compileBody } from '../../../http/validation/body-validator.ts';
import { type Tags, type TagValue, wholeText } from '../../documents/tags.ts';
import { findTag } from '../../documents/tag-access.ts';
import { tags as newer } from '../8.2/tags.ts';
import { orNewer } from '../newer.ts';
import type { Surface } from '../surface.ts';

const value = Type.Unsafe<string>(Type.String());

/** TAMS 7.0, `schemas/tags.json`: texts alone. A list is shown as one text. */
export const tags: Surface['tags'] = {
  value,
  all: Dictionary(Type.String(), { title: 'Tags', description: 'Free text by free names.' }),
  validate: orNewer(compileBody(value), newer.validate),
  show: wholeText,
  showAll: (all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, wholeText(value)])),
  read: keepList,
  match: (text) => ({ anyOf: [text], items: false }),
};

/** The text of a list, sent again, leaves the list as it is. */
function keepList(value: TagValue, present: TagValue | undefined): TagValue {
  return present !== undefined && wholeText(present) === value ? present : value;
}

export const keepLists = (given: Tags, present: Tags = {}): Tags =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, keepList(value, findTag(present, name))]));
