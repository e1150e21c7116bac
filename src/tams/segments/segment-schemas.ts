import type { TProperties, TSchema } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { ErrorSchema } from '../../http/schemas/responses.ts';
import { Integer, Timerange, Timestamp, Uuid } from '../../http/schemas/common.ts';
import { EXAMPLE_SEGMENT } from '../../http/schemas/examples.ts';
import { storageBackendProperties } from '../service/service-schemas.ts';
import type { SegmentInput } from './segment.ts';

/** TAMS, `schemas/flow-segment*.json`. Versions add properties of their own. */

const common = {
  object_id: Type.String({ minLength: 1, description: 'The media object that holds the samples.' }),
  timerange: Timerange,
  ts_offset: Type.Optional(Timestamp),
  last_duration: Type.Optional(Timestamp),
  sample_offset: Type.Optional(Integer({ description: 'Samples of the object before the first that is used.' })),
  sample_count: Type.Optional(Integer({ description: 'Samples that are used; all that follow where left out.' })),
  key_frame_count: Type.Optional(Integer()),
};

export const segmentInput = <More extends TProperties>(label: TSchema, more: More) =>
  Type.Object(
    {
      ...common,
      ...more,
      get_urls: Type.Optional(
        Type.Array(Type.Object({ url: Type.String(), label }), {
          description:
            'Places outside of this store where the object can be had. Its own are added by the server, and left out ' +
            'where they are marked as in a listing, `presigned` or `controlled`.',
        }),
      ),
    },
    { title: 'SegmentInput' },
  );

/** One segment, or a list of them. */
export const segmentsInput = (item: TSchema) =>
  Type.Unsafe<SegmentInput | SegmentInput[]>({
    oneOf: [item, Type.Array(item)],
    description: 'One segment, or a list of them.',
    examples: [EXAMPLE_SEGMENT],
  });

export const GetUrls = Type.Array(
  Type.Object({
    ...storageBackendProperties,
    storage_id: Type.Optional(Uuid),
    url: Type.String(),
    presigned: Type.Optional(Type.Boolean()),
    label: Type.Optional(Type.String()),
    controlled: Type.Optional(Type.Boolean()),
  }),
  { description: 'Where to download the object; any will do, the first is preferred.' },
);

export const segmentSchema = (more: TProperties) =>
  Type.Object({ ...common, get_urls: Type.Optional(GetUrls), ...more }, { title: 'Segment' });

export const SegmentFailures = Type.Object(
  {
    failed_segments: Type.Array(
      Type.Object({
        object_id: Type.String(),
        timerange: Type.Optional(Timerange),
        error: Type.Optional(ErrorSchema),
      }),
    ),
  },
  { title: 'SegmentFailures' },
);
