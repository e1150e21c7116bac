import type { Surface } from '../surface.ts';
import { flows, sources, tags } from './documents.ts';
import { Type } from '../../../shared/type-builder.ts';
import { Integer, MediaType, Timerange, Timestamp } from '../../../http/schemas/common.ts';
import { type CheckItem, compileOneOrMany, compileOptionalBody } from '../../../http/validation/body-validator.ts';
import { deletionRequestListQuery, objectQuery, segmentListQuery } from '../../parameters.ts';
import { GetUrls, segmentInput, segmentSchema, segmentsInput } from '../../segments/segment-schemas.ts';
import type { SegmentInput } from '../../segments/segment.ts';
import { objectSchema } from '../../objects/object-schemas.ts';
import { storageAllocation, storageRequest } from '../../storage/storage-schemas.ts';
import { serviceSchema } from '../../service/service-schemas.ts';
import { sortedHeaders } from '../../../http/schemas/responses.ts';

const objectTimerange = Type.Optional(
  Type.Unsafe<string>({
    ...Timerange,
    title: 'ObjectTimerange',
    description: 'The range of the whole object, on its own timeline.',
  }),
);

const segmentItem = segmentInput(Type.String(), {
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
  input: segmentsInput(segmentItem),
  validate: (maxItems) => compileOneOrMany(segmentItem, maxItems, 'segments', withDistinctLabels),
  details: (query) => ({ init: true, objectTimerange: query.include_object_timerange === true }),
  fitRanges: true,
};

const get_urls = Type.Optional(GetUrls);

/** TAMS 8.2, `schemas/object*.json`. */
const objects: Surface['objects'] = {
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

const storageInput = storageRequest({
  content_type: Type.Optional(
    Type.Unsafe<string>({
      ...MediaType,
      title: 'InitSegmentType',
      description: 'The media type of initialisation segments, where it is not the container of the flow.',
    }),
  ),
  presigned: Type.Optional(
    Type.Boolean({
      description: 'Whether the URLs are signed. If not, the credentials of the client count. By default they are.',
    }),
  ),
});

/** TAMS 8.2, `schemas/flow-storage*.json`. */
export const storage: Surface['storage'] = {
  input: storageInput,
  validate: compileOptionalBody(storageInput),
  schema: storageAllocation({ presigned: Type.Optional(Type.Boolean()) }),
  show: (allocated) => allocated,
};

/** TAMS 8.2, `schemas/service.json`. */
const service: Surface['service'] = {
  schema: serviceSchema({ min_object_timeout: Timestamp, min_presigned_url_timeout: Type.Optional(Timestamp) }),
  show: (shown) => shown,
};

/** TAMS 8.2: newest first unless a query says otherwise. */
const listings: Surface['listings'] = {
  headers: sortedHeaders,
  orderOf: ({ sort_by: by = 'created', reverse_order: reverse = false }) => ({ by, reverse }),
  deletionRequestQuery: deletionRequestListQuery,
};

/** TAMS 8.2. */
export const surface82: Surface = {
  version: '8.2',
  tags,
  listings,
  flows,
  sources,
  segments,
  objects,
  storage,
  service,
};
