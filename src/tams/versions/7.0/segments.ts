import { Type } from '../../../shared/type-builder.ts';
import { compileOneOrMany, type CheckItem } from '../../../http/validation/body-validator.ts';
import { segmentListQuery } from '../../parameters.ts';
import { segmentInput, segmentSchema, segmentsInput } from '../../segments/segment-schemas.ts';
import { segments as newer } from '../8.2/segments.ts';
import { orNewer } from '../newer.ts';
import type { Surface } from '../surface.ts';
import { without } from '../translate.ts';

const item = segmentInput(Type.Optional(Type.String()), {});

/** These would be kept as unknown properties, and mean something to clients of the other version. */
const NEWER = ['init_object_id', 'object_timerange', 'init_object'];

const withoutNewer: CheckItem = (segment) => {
  const property = NEWER.find((name) => name in (segment as object));
  return property === undefined ? undefined : { property, problem: 'is not a property of TAMS 7.0' };
};

/** TAMS 7.0, `schemas/flow-segment*.json`. */
export const segments: Surface['segments'] = {
  listQuery: without(segmentListQuery, [
    'storage_backend_tag.{name}',
    'storage_backend_tag_exists.{name}',
    'include_object_timerange',
  ]),
  shown: segmentSchema({}),
  input: segmentsInput(item),
  validate: (maxItems) => orNewer(compileOneOrMany(item, maxItems, 'segments', withoutNewer), newer.validate(maxItems)),
  details: () => ({ init: false, objectTimerange: false }),
  // Clients that know no ranges of objects use parts of them at any time.
  fitRanges: false,
};
