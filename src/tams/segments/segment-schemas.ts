import Type from 'typebox';
import { ErrorSchema } from '../../http/schemas/error.ts';
import { Integer, OneOf, Timerange, Timestamp, Uuid } from '../../http/schemas/common.ts';
import { EXAMPLE_SEGMENT } from '../../http/schemas/examples.ts';
import { storageBackendProperties } from '../service/service-schemas.ts';

/** TAMS 7.0, `schemas/flow-segment*.json`. */

const common = {
  object_id: Type.String({ minLength: 1, description: 'The media object that holds the samples.' }),
  timerange: Timerange,
  ts_offset: Type.Optional(Timestamp),
  last_duration: Type.Optional(Timestamp),
  sample_offset: Type.Optional(Integer({ description: 'Samples of the object before the first that is used.' })),
  sample_count: Type.Optional(Integer({ description: 'Samples that are used; all that follow where left out.' })),
  key_frame_count: Type.Optional(Integer()),
};

export const SegmentInputSchema = Type.Object(
  {
    ...common,
    get_urls: Type.Optional(
      Type.Array(Type.Object({ url: Type.String(), label: Type.Optional(Type.String()) }), {
        description:
          'Places outside of this store where the object can be had. Its own are added by the server, and left out ' +
          'where they are marked as in a listing, `presigned` or `controlled`.',
      }),
    ),
  },
  { title: 'SegmentInput' },
);

export const SegmentsInputSchema = OneOf([SegmentInputSchema, Type.Array(SegmentInputSchema)], {
  description: 'One segment, or a list of them.',
  examples: [EXAMPLE_SEGMENT],
});

export const SegmentSchema = Type.Object(
  {
    ...common,
    get_urls: Type.Optional(
      Type.Array(
        Type.Object({
          ...storageBackendProperties,
          storage_id: Type.Optional(Uuid),
          url: Type.String(),
          presigned: Type.Optional(Type.Boolean()),
          label: Type.Optional(Type.String()),
          controlled: Type.Optional(Type.Boolean()),
        }),
        { description: 'Where to download the object; any will do, the first is preferred.' },
      ),
    ),
  },
  { title: 'Segment' },
);

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
