import { Type } from '../../../shared/type-builder.ts';
import { Integer, Timerange } from '../../../http/schemas/common.ts';
import { objectSchema } from '../../objects/object-schemas.ts';
import { objectQuery } from '../../parameters.ts';
import { GetUrls } from '../../segments/segment-schemas.ts';
import type { Surface } from '../surface.ts';

const get_urls = Type.Optional(GetUrls);

/** TAMS 8.2, `schemas/object*.json`. */
export const objects: Surface['objects'] = {
  query: objectQuery,
  schema: objectSchema({
    timerange: Type.Optional(Timerange),
    key_frame_count: Type.Optional(Integer()),
    get_urls,
    init_object: Type.Optional(
      Type.Object(
        { id: Type.String(), get_urls },
        { title: 'InitObjectReference', description: 'The initialisation segment that the object needs.' },
      ),
    ),
  }),
  hasDetails: true,
};
