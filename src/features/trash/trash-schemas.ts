import { Type } from '../../shared/type-builder.ts';
import { DateTime, PATTERNS, Timerange, Uuid } from '../../http/schemas/common.ts';
import { ErrorSchema } from '../../http/schemas/responses.ts';
import { pagingParameters } from '../../tams/parameters.ts';

/** Content that can be restored, and results of restores and purges; not a part of TAMS. */

const deletionId = Type.Unsafe<string>({ ...Uuid, description: 'The deletion that took it.' });
const count = (description: string) => Type.Integer({ minimum: 0, description });

export const deletedFlowQuery = Type.Object({
  flow_id: Type.Optional(Uuid),
  source_id: Type.Optional(Uuid),
  deletion_id: Type.Optional(Uuid),
  ...pagingParameters,
});
export const deletedSourceQuery = Type.Object({
  source_id: Type.Optional(Uuid),
  deletion_id: Type.Optional(Uuid),
  ...pagingParameters,
});
export const deletedSegmentQuery = Type.Object({
  flow_id: Type.Optional(Uuid),
  deletion_id: Type.Optional(Uuid),
  ...pagingParameters,
});
export const restoreQuery = Type.Object({ deletion_id: Type.Optional(Uuid) });
export const restoreSegmentsQuery = Type.Object({
  timerange: Type.Optional(Timerange),
  deletion_id: Type.Optional(Uuid),
});
export const deletionParams = Type.Object({
  deletionId: Type.String({
    pattern: PATTERNS.uuid.pattern,
    description: 'The id of the deletion, as the listings tell it.',
  }),
});

export const DeletedItem = Type.Object(
  {
    deleted: Type.Literal(true),
    deleted_at: DateTime,
    deleted_by: Type.String(),
    deletion_id: deletionId,
  },
  { title: 'DeletedItem', description: 'What it was, with these beside.', additionalProperties: true },
);

const restored = {
  flow_id: Uuid,
  restored_segments: count('Segments that this request brought back.'),
  conflicts: Type.Array(
    Type.Object({ object_id: Type.String(), timerange: Timerange, deletion_id: deletionId, error: ErrorSchema }),
    { maxItems: 100, description: 'Segments that stay in the trash, the first of them.' },
  ),
  conflict_count: count('How many segments stay in the trash, of those that this request looked at.'),
  remaining: Type.Boolean({ description: 'Whether the request has to be repeated for the rest.' }),
};

const flowIds = (description: string) => Type.Array(Uuid, { description });

export const RestoredFlow = Type.Object(
  {
    ...restored,
    deletion_id: deletionId,
    left_out: Type.Object(
      {
        members: flowIds('Flows that it collected and that are gone.'),
        collected_by: flowIds('Flows that collected it, and are gone or within it now.'),
      },
      { description: 'What the flow is not connected with any more.' },
    ),
  },
  { title: 'RestoredFlow' },
);

export const RestoredSegments = Type.Object(
  {
    ...restored,
    timerange_remaining: Type.Optional(
      Type.Unsafe<string>({ ...Timerange, description: 'The timerange to repeat the request with.' }),
    ),
  },
  { title: 'RestoredSegments' },
);

export const Purged = Type.Object(
  {
    flows: count('Flows that went.'),
    sources: count('Sources that went.'),
    segments: count('Segments that went.'),
    remaining: restored.remaining,
  },
  { title: 'Purged' },
);
