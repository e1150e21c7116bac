import { Type } from '../../../shared/type-builder.ts';
import { Dictionary } from '../../../http/schemas/common.ts';
import { compileBody } from '../../../http/validation/body-validator.ts';
import type { TagValue } from '../../documents/tags.ts';
import type { Surface } from '../surface.ts';

const value = Type.Unsafe<TagValue>({
  anyOf: [Type.String(), Type.Array(Type.String())],
  title: 'TagValue',
  description: 'Free text, or a list of free texts.',
});

/** TAMS 8.2, `schemas/tags.json`. */
export const tags: Surface['tags'] = {
  value,
  all: Dictionary(value, { title: 'Tags', description: 'Free text, or lists of it, by free names.' }),
  validate: compileBody(value),
  show: (shown) => shown,
  showAll: (shown) => shown,
  read: (given) => given,
  // The whole text, too, so that a value with a comma can be found.
  match: (text) => ({ anyOf: [...new Set([...text.split(','), text])], items: true }),
};
