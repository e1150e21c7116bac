import Type from 'typebox';
import { ContentFormat, Integer, MediaType, PATTERNS, Timerange, Uuid } from './common.ts';

/** Path and query parameters, as TAMS 7.0 names them. */

export const sourceParams = Type.Object({ sourceId: Uuid });
export const sourceTagParams = Type.Object({ sourceId: Uuid, name: Type.String() });
export const flowParams = Type.Object({ flowId: Uuid });
export const flowTagParams = Type.Object({ flowId: Uuid, name: Type.String() });
export const objectParams = Type.Object({ objectId: Type.String() });
export const deletionRequestParams = Type.Object({ requestId: Type.String() });

export const pagingParameters = {
  page: Type.Optional(Type.String({ description: 'The cursor of a page, from `X-Paging-NextKey`.' })),
  limit: Type.Optional(
    Integer({ minimum: 1, description: 'Results per page; lowered to what the server allows, see `X-Paging-Limit`.' }),
  ),
};

const tagFilters = {
  'tag.{name}': Type.Optional(Type.String({ description: 'Only what has a tag {name} of exactly this value.' })),
  'tag_exists.{name}': Type.Optional(
    Type.Boolean({ description: 'Only what has a tag {name} (`true`), or has none (`false`).' }),
  ),
};

export const pagingQuery = Type.Object(pagingParameters);

export const sourceListQuery = Type.Object({
  label: Type.Optional(Type.String()),
  ...tagFilters,
  format: Type.Optional(ContentFormat),
  ...pagingParameters,
});

export const flowListQuery = Type.Object({
  source_id: Type.Optional(Uuid),
  timerange: Type.Optional(Timerange),
  format: Type.Optional(ContentFormat),
  codec: Type.Optional(MediaType),
  label: Type.Optional(Type.String()),
  ...tagFilters,
  frame_width: Type.Optional(Integer()),
  frame_height: Type.Optional(Integer()),
  ...pagingParameters,
});

export const flowQuery = Type.Object({
  include_timerange: Type.Optional(Type.Boolean({ default: false })),
  timerange: Type.Optional(Timerange),
});

export const segmentListQuery = Type.Object({
  object_id: Type.Optional(Type.String()),
  timerange: Type.Optional(Timerange),
  reverse_order: Type.Optional(Type.Boolean({ default: false })),
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
  ...pagingParameters,
});

export const segmentDeleteQuery = Type.Object({
  timerange: Type.Optional(Timerange),
  object_id: Type.Optional(Type.String()),
});
