import { Type } from '../../../shared/type-builder.ts';
import { Dictionary, Integer, OneOf, Rational, Timestamp, Uuid } from '../../../http/schemas/common.ts';
import { EXAMPLE_FLOW_ID } from '../../../http/schemas/examples.ts';
import { ExrPolicySchema } from './exr-policy.ts';
import { pagingParameters } from '../../../tams/parameters.ts';

/** Bodies and parameters of the operations on EXR metadata; not a part of TAMS. */

const strict = { additionalProperties: false };

/** Schemas by the property that identifies the form of a body. */
export const INSPECT_FORMS = {
  object_id: Type.Object({ object_id: Type.String({ description: 'A media object of this store.' }) }, strict),
  bucket: Type.Object({ bucket: Type.String(), key: Type.String() }, strict),
} as const;

export const ExrInspectRequest = OneOf([INSPECT_FORMS.object_id, INSPECT_FORMS.bucket], {
  title: 'ExrInspectRequest',
  description: 'A media object, or a bucket and key.',
  examples: [{ object_id: 'shots/sq010/beauty.1001.exr' }],
});

export const exrUploadQuery = Type.Object({
  name: Type.Optional(Type.String({ description: 'The name of the file, which gives the frame number.' })),
});

export const exrFileParams = Type.Object({
  fileId: Type.String({ description: 'The id of the file, as an inspection tells it.' }),
});

export const exrListQuery = Type.Object({
  path_prefix: Type.Optional(Type.String({ description: 'How the path begins: an object id, or `s3://bucket/key`.' })),
  channel: Type.Optional(Type.String({ description: 'The whole name of a channel.' })),
  layer: Type.Optional(Type.String({ description: 'The layer of a channel; empty for those without one.' })),
  compression: Type.Optional(Type.String({ description: 'Compression of one of the parts.' })),
  type: Type.Optional(Type.String({ description: 'Type of one of the parts, such as `scanlineimage`.' })),
  width: Type.Optional(Integer({ minimum: 1, description: 'Width of the display window of the first part.' })),
  height: Type.Optional(Integer({ minimum: 1, description: 'Height of the display window of the first part.' })),
  deep: Type.Optional(Type.Boolean({ description: 'Whether a part is deep.' })),
  tiled: Type.Optional(Type.Boolean({ description: 'Whether a part is tiled.' })),
  failed: Type.Optional(Type.Boolean({ description: 'Whether the last automatic inspection failed.' })),
  'attribute.{name}': Type.Optional(
    Type.String({ description: 'Only files with an attribute {name} of exactly this text or number.' }),
  ),
  'attribute_exists.{name}': Type.Optional(
    Type.Boolean({ description: 'Only files that have an attribute {name} (`true`), or have none (`false`).' }),
  ),
  ...pagingParameters,
});

export const exrSimilarQuery = Type.Object({
  by: Type.Optional(
    Type.Enum(['metadata', 'channels'], {
      type: 'string',
      description: 'How the whole file is built (`metadata`, the default), or which channels one part has.',
    }),
  ),
  part: Type.Optional(Integer({ minimum: 0, description: 'The part whose channels are compared; 0 by default.' })),
  ...pagingParameters,
});

export const exrSequenceQuery = Type.Object({
  path_prefix: Type.Optional(Type.String({ description: 'How the paths begin, up to the frame number at most.' })),
  ...pagingParameters,
});

const policy = Type.Optional(ExrPolicySchema);

export const VALIDATE_FORMS = {
  file_id: Type.Object({ file_id: Type.String(), policy }, strict),
  path_prefix: Type.Object({ path_prefix: Type.String(), policy }, strict),
} as const;

export const ExrValidateRequest = OneOf([VALIDATE_FORMS.file_id, VALIDATE_FORMS.path_prefix], {
  title: 'ExrValidateRequest',
  description: 'One file, or those whose paths begin alike. The default policy applies where none is given.',
  examples: [
    {
      path_prefix: 'shots/sq010/',
      policy: { name: 'delivery', rules: [{ rule: 'channels', required: ['R', 'G', 'B'] }] },
    },
  ],
});

export const validateQuery = Type.Object(pagingParameters);

export const ExrRegisterRequest = Type.Object(
  {
    pattern: Type.String({ description: 'Pattern of a sequence of objects, from `GET /exr/sequences`.' }),
    flow_id: Uuid,
    source_id: Type.Optional(Uuid),
    frame_rate: Rational,
    start: Type.Optional(
      Type.Unsafe<string>({ ...Timestamp, description: 'Start of the first frame; by default `0:0`.' }),
    ),
    label: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    tags: Type.Optional(Dictionary(Type.String(), { description: 'Tags of the flow, and of a new source.' })),
  },
  {
    title: 'ExrRegisterRequest',
    ...strict,
    examples: [
      { pattern: 'shots/sq010/beauty.%04d.exr', flow_id: EXAMPLE_FLOW_ID, frame_rate: { numerator: 24 }, start: '0:0' },
    ],
  },
);
