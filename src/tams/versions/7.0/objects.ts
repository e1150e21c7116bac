import { objectSchema } from '../../objects/object-schemas.ts';
import { objectQuery } from '../../parameters.ts';
import type { Surface } from '../surface.ts';
import { without } from '../translate.ts';

/** TAMS 7.0, `schemas/object.json`. */
export const objects: Surface['objects'] = {
  query: without(objectQuery, [
    'verbose_storage',
    'accept_get_urls',
    'accept_storage_ids',
    'presigned',
    'flow_tag.{name}',
    'flow_tag_exists.{name}',
    'storage_backend_tag.{name}',
    'storage_backend_tag_exists.{name}',
  ]),
  schema: objectSchema({}),
  hasDetails: false,
};
