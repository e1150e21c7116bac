import { Type } from '../shared/type-builder.ts';
import { AppError } from '../shared/errors.ts';
import { FLOW_STATUSES } from './flows/flow.ts';
import { ContentFormat } from './documents/format.ts';
import { Integer, limitParameter, PATTERNS, Timerange, Uuid } from '../http/schemas/common.ts';
import { EXAMPLE_FLOW_ID, EXAMPLE_SEGMENT, EXAMPLE_SOURCE_ID } from '../http/schemas/examples.ts';

/** Path and query parameters, as TAMS names them; versions that lack some leave them out. */

/** Ids of this pattern are checked before anything else of a request: see the plugin `tams-path-ids`. */
export const pathId = (what: string, example: string) =>
  Type.String({ pattern: PATTERNS.uuid.pattern, description: `The id of the ${what}.`, examples: [example] });
const sourceId = pathId('source', EXAMPLE_SOURCE_ID);
const flowId = pathId('flow', EXAMPLE_FLOW_ID);
const name = Type.String({ description: 'The name of the tag.', examples: ['site'] });

/** Throws `invalid_request` where a body has another id than the path. */
export function checkPathId(body: { readonly id: string }, id: string): void {
  if (body.id === id) return;
  throw new AppError('invalid_request', `body/id must be the id of the path, ${id}`, { field: 'body/id' });
}

export const sourceParams = Type.Object({ sourceId });
export const sourceTagParams = Type.Object({ sourceId, name });
export const flowParams = Type.Object({ flowId });
export const flowTagParams = Type.Object({ flowId, name });
export const objectParams = Type.Object({
  objectId: Type.String({
    description: 'The id of the object, percent-encoded.',
    examples: [EXAMPLE_SEGMENT.object_id],
  }),
});
export const deletionRequestParams = Type.Object({
  requestId: Type.String({
    pattern: PATTERNS.uuid.pattern,
    description: 'The id of the deletion request, as `Location` of a 202 ends with it.',
  }),
});

export const pagingParameters = {
  page: Type.Optional(Type.String({ description: 'The cursor of a page, from `X-Paging-NextKey`.' })),
  limit: limitParameter('Results per page; lowered to what the server allows, see `X-Paging-Limit`.'),
};

export const tagFilters = {
  'tag.{name}': Type.Optional(
    Type.String({
      description:
        'Only what has a tag {name} of this value: `tag.site=london`. Where tags may be lists: any of several values, with commas between them.',
    }),
  ),
  'tag_exists.{name}': Type.Optional(
    Type.Boolean({ description: 'Only what has a tag {name} (`true`), or has none (`false`).' }),
  ),
};

const backendTagFilters = {
  'storage_backend_tag.{name}': Type.Optional(
    Type.String({ description: 'Only URLs of storage backends with a tag {name} of this value.' }),
  ),
  'storage_backend_tag_exists.{name}': Type.Optional(
    Type.Boolean({ description: 'Only URLs of storage backends that have a tag {name} (`true`), or none (`false`).' }),
  ),
};

export const exactLabel = Type.Optional(Type.String({ description: 'Only what has exactly this label.' }));

export const pagingQuery = Type.Object(pagingParameters);

/** Ids with commas between them; empty: none. */
const collectedByIds = (what: string) =>
  Type.Optional(
    Type.String({
      pattern: PATTERNS.uuidList.pattern,
      description: `Only ${what} that any of these collects, with commas between them; where it is empty, those that nothing collects.`,
    }),
  );

const ORDER = 'The order: the latest first, or labels alphabetically. By default `created`.';

export const reverseOrder = Type.Optional(
  Type.Boolean({ default: false, description: 'Whether the order is reversed.' }),
);

export const deletionRequestListQuery = Type.Object({
  sort_by: Type.Optional(
    Type.Enum(['created', 'expiry'], {
      type: 'string',
      description: 'The order: the latest first. By default `created`.',
    }),
  ),
  reverse_order: reverseOrder,
  ...pagingParameters,
});

/** The ids in a parameter of `collectedByIds`. */
export const readIds = (list: string | undefined): string[] | undefined => list?.split(',').filter((id) => id !== '');

export const storageBackendListQuery = Type.Object({
  ...tagFilters,
  reverse_order: reverseOrder,
  ...pagingParameters,
});

export const sourceListQuery = Type.Object({
  label: exactLabel,
  ...tagFilters,
  format: Type.Optional(ContentFormat),
  sort_by: Type.Optional(Type.Enum(['created', 'updated', 'label'], { type: 'string', description: ORDER })),
  reverse_order: reverseOrder,
  collected_by_ids: collectedByIds('sources'),
  ...pagingParameters,
});

export const flowListQuery = Type.Object({
  source_id: Type.Optional(Uuid),
  timerange: Type.Optional(Timerange),
  format: Type.Optional(ContentFormat),
  codec: Type.Optional(
    Type.String({ pattern: PATTERNS.codecFilter.pattern, description: 'Only flows of exactly this codec.' }),
  ),
  label: exactLabel,
  ...tagFilters,
  frame_width: Type.Optional(Integer({ description: 'Only video flows of this width, in pixels.' })),
  frame_height: Type.Optional(Integer({ description: 'Only video flows of this height, in pixels.' })),
  profile_id: Type.Optional(Uuid),
  status: Type.Optional(Type.Enum([...FLOW_STATUSES], { type: 'string', description: 'Only flows of this status.' })),
  init_segments: Type.Optional(
    Type.Boolean({ description: 'Only flows that need initialisation segments (`true`), or that do not (`false`).' }),
  ),
  collected_by_ids: collectedByIds('flows'),
  sort_by: Type.Optional(Type.Enum(['created', 'metadata_updated', 'label'], { type: 'string', description: ORDER })),
  reverse_order: reverseOrder,
  ...pagingParameters,
});

export const flowQuery = Type.Object({
  include_timerange: Type.Optional(
    Type.Boolean({ default: false, description: 'Whether to tell the range that its segments cover.' }),
  ),
  timerange: Type.Optional(Timerange),
});

const object_id = Type.Optional(Type.String({ description: 'Only segments of this object.' }));

/** Which URLs of objects to show. */
const urlParameters = {
  verbose_storage: Type.Optional(Type.Boolean({ default: false, description: 'Tell of each URL where it leads.' })),
  accept_get_urls: Type.Optional(
    Type.String({
      pattern: PATTERNS.labelList.pattern,
      description: 'Only URLs of these labels, with commas between them; none at all where it is empty.',
    }),
  ),
  accept_storage_ids: Type.Optional(
    Type.String({
      pattern: PATTERNS.uuidList.pattern,
      description: 'Only URLs of these storage backends, with commas between them.',
    }),
  ),
  presigned: Type.Optional(Type.Boolean({ description: 'Only presigned URLs, or only others.' })),
};

export const segmentListQuery = Type.Object({
  object_id,
  timerange: Type.Optional(Timerange),
  reverse_order: Type.Optional(Type.Boolean({ default: false, description: 'Whether the latest come first.' })),
  ...urlParameters,
  ...backendTagFilters,
  include_object_timerange: Type.Optional(
    Type.Boolean({ default: false, description: 'Whether to tell the range of the whole object.' }),
  ),
  ...pagingParameters,
});

export const objectQuery = Type.Object({
  ...urlParameters,
  'flow_tag.{name}': Type.Optional(Type.String({ description: 'Only flows with a tag {name} of this value.' })),
  'flow_tag_exists.{name}': Type.Optional(
    Type.Boolean({ description: 'Only flows that have a tag {name} (`true`), or have none (`false`).' }),
  ),
  ...backendTagFilters,
  ...pagingParameters,
});

export const segmentDeleteQuery = Type.Object({
  timerange: Type.Optional(Timerange),
  object_id,
});
