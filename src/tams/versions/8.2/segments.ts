import { Type } from '../../../shared/type-builder.ts';
import { Timerange } from '../../../http/schemas/common.ts';
import { compileOneOrMany, type CheckItem } from '../../../http/validation/body-validator.ts';
import { segmentListQuery } from '../../parameters.ts';
import { GetUrls, segmentInput, segmentSchema, segmentsInput } from '../../segments/segment-schemas.ts';
import type { SegmentInput } from '../../segments/segment.ts';
import type { Surface } from '../surface.ts';

const objectTimerange = Type.Optional(
  Type.Unsafe<string>({
    ...Timerange,
    title: 'ObjectTimerange',
    description: 'The range of the whole object, on its own timeline.',
  }),
);

const item = segmentInput(Type.String(), {
  init_object_id: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'The initialisation segment that the object needs; left out for an object that is registered already.',
    }),
  ),
  object_timerange: objectTimerange,
});

/** TAMS 8.2, `schemas/flow-segment-post.json`. The server's own URLs, as listings have them, are left out anyway. */
const withDistinctLabels: CheckItem = (segment) => {
  const labels = new Set<string>();
  for (const [index, { label = '', presigned, controlled }] of ((segment as SegmentInput).get_urls ?? []).entries()) {
    if (presigned === true || controlled === true) continue;
    if (labels.has(label)) return { property: `get_urls/${index}/label`, problem: 'is the label of another URL, too' };
    labels.add(label);
  }
  return undefined;
};

/** TAMS 8.2, `schemas/flow-segment*.json`. */
export const segments: Surface['segments'] = {
  listQuery: segmentListQuery,
  shown: segmentSchema({
    object_timerange: objectTimerange,
    init_object: Type.Optional(
      Type.Object(
        { object_id: Type.String(), get_urls: Type.Optional(GetUrls) },
        { title: 'InitObject', description: 'The initialisation segment that the object needs.' },
      ),
    ),
  }),
  input: segmentsInput(item),
  validate: (maxItems) => compileOneOrMany(item, maxItems, 'segments', withDistinctLabels),
  details: (query) => ({ init: true, objectTimerange: query.include_object_timerange === true }),
  fitRanges: true,
};
