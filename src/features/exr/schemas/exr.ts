import { Type } from '../../../shared/type-builder.ts';
import { DateTime, Integer, Timerange, Uuid } from '../../../http/schemas/common.ts';
import { ErrorSchema } from '../../../http/schemas/responses.ts';

/** Answers about EXR files; not a part of TAMS. */

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);
const count = (description?: string) => Type.Integer({ minimum: 0, ...(description !== undefined && { description }) });
const text = Type.String();
const Verdict = Type.Enum(['PASS', 'WARN', 'FAIL'], { type: 'string' });

const Box = Type.Object(
  { x_min: Integer(), y_min: Integer(), x_max: Integer(), y_max: Integer() },
  { title: 'ExrBox', description: 'Both corners belong to it.' },
);

const Part = Type.Object(
  {
    index: count(),
    name: nullable(text),
    view: nullable(text),
    type: text,
    data_window: Box,
    display_window: Box,
    pixel_aspect_ratio: Type.Number(),
    line_order: text,
    compression: text,
    color_space: nullable(text),
    software: nullable(text),
    tiles: nullable(
      Type.Object(
        { x_size: Integer(), y_size: Integer(), level_mode: text, rounding_mode: text },
        { title: 'ExrTiles' },
      ),
    ),
    is_deep: Type.Boolean(),
    timecode: Type.Unknown({ description: 'SMPTE 12M, taken apart; null where there is none.' }),
    chromaticities: Type.Unknown(),
    white_luminance: Type.Unknown(),
    adopted_neutral: Type.Unknown(),
    rendering_transform: nullable(text),
    look_mod_transform: nullable(text),
    aces_container: Type.Boolean(),
  },
  { title: 'ExrPart' },
);

const Channel = Type.Object(
  {
    part: count(),
    name: text,
    layer: Type.String({ description: 'Before the last dot of the name.' }),
    component: text,
    pixel_type: Type.Enum(['uint', 'half', 'float'], { type: 'string' }),
    x_sampling: Integer(),
    y_sampling: Integer(),
    linear: Type.Boolean(),
  },
  { title: 'ExrChannel' },
);

const Attribute = Type.Object(
  {
    part: count(),
    name: text,
    type: text,
    size: count('Size of the value in the file, in bytes.'),
    value: Type.Unknown({ description: 'Null for a value that is too large to be kept; bytes are `{ base64 }`.' }),
  },
  { title: 'ExrAttribute' },
);

const RuleResult = Type.Object({ rule: text, status: Verdict, reason: text }, { title: 'ExrRuleResult' });

const Failure = Type.Object({ type: text, message: text, time: DateTime }, { title: 'ExrFailure' });

const place = {
  path: Type.String({ description: 'The id of a media object, or `s3://bucket/key`.' }),
  bucket: nullable(text),
  key: nullable(text),
  size: count('In bytes.'),
  mtime: nullable(DateTime),
  frame_number: nullable(Integer()),
  part_count: count(),
  is_deep: Type.Boolean(),
};

export const ExrInspectionSchema = Type.Object(
  {
    schema_version: Integer(),
    file: Type.Object({ ...place, header_hash: text }, { title: 'ExrFile' }),
    parts: Type.Array(Part),
    channels: Type.Array(Channel),
    attributes: Type.Array(Attribute),
    stats: Type.Unknown({ description: 'Counts and sizes; null where the header could not be read.' }),
    validation: Type.Unknown({ description: 'The default policy; null where the header could not be read.' }),
    errors: Type.Array(
      Type.Object(
        {
          part: Type.Optional(count()),
          attribute: Type.Optional(text),
          offset: Type.Optional(count()),
          message: text,
          type: Type.Optional(text),
          time: Type.Optional(DateTime),
        },
        { title: 'ExrProblem', description: 'An attribute that is malformed, or an inspection that failed.' },
      ),
    ),
    persistence: nullable(
      Type.Object(
        {
          id: text,
          outcome: Type.Optional(Type.Enum(['created', 'unchanged', 'superseded'], { type: 'string' })),
          rows_added: Type.Optional(count()),
          rows_updated: Type.Optional(count()),
          rows_removed: Type.Optional(count()),
          inspection_count: count(),
          first_inspected: DateTime,
          last_inspected: DateTime,
        },
        { title: 'ExrPersistence', description: 'Null where nothing was kept.' },
      ),
    ),
  },
  { title: 'ExrInspection' },
);

export const ExrFormerHeaderSchema = Type.Object(
  {
    header_hash: text,
    size: count('In bytes.'),
    mtime: nullable(DateTime),
    last_inspected: DateTime,
    replaced: Type.Unsafe<string>({ ...DateTime, description: 'When another header was read.' }),
    parts: Type.Array(Part),
    attributes: Type.Array(Attribute),
    channels: Type.Array(Channel),
    is_complete: Type.Boolean({ description: 'Whether nothing was left out.' }),
  },
  { title: 'ExrFormerHeader' },
);

export const ExrFileSummarySchema = Type.Object(
  {
    id: text,
    object_id: nullable(text),
    ...place,
    is_tiled: Type.Boolean(),
    width: nullable(Integer()),
    height: nullable(Integer()),
    header_hash: nullable(text),
    last_inspected: DateTime,
    failure: nullable(Failure),
  },
  { title: 'ExrFileSummary' },
);

export const ExrSimilarSchema = Type.Object(
  {
    file: ExrFileSummarySchema,
    score: Type.Number({ description: 'The cosine of the two vectors; 1 is the same structure.' }),
  },
  { title: 'ExrSimilarFile' },
);

const FrameRange = Type.Object(
  { start: Integer(), end: Integer() },
  { title: 'ExrFrameRange', description: 'Both frames belong to it.' },
);

export const ExrSequenceSchema = Type.Object(
  {
    prefix: text,
    suffix: text,
    padding: count(),
    pattern: Type.String({ description: 'As printf takes it: `shot/beauty.%04d.exr`.' }),
    first: Integer(),
    last: Integer(),
    step: Integer({ minimum: 1 }),
    frame_count: count(),
    ranges: Type.Array(FrameRange),
    missing: Type.Array(FrameRange),
    missing_count: count(),
  },
  { title: 'ExrSequence' },
);

export const ExrValidationSchema = Type.Object(
  {
    status: Verdict,
    policy: nullable(text),
    counts: Type.Object({ PASS: count(), WARN: count(), FAIL: count() }),
    files: Type.Array(
      Type.Object(
        { id: text, path: text, status: Verdict, rules: Type.Array(RuleResult) },
        { title: 'ExrValidatedFile' },
      ),
    ),
  },
  { title: 'ExrValidation' },
);

export const ExrRegisteredSchema = Type.Object(
  {
    flow_id: Uuid,
    flow: Type.Enum(['created', 'updated', 'unchanged'], { type: 'string' }),
    pattern: text,
    timerange: Timerange,
    frame_count: count(),
    registered: count('Segments that this request added.'),
    present: count('Segments that were there.'),
    remaining: count('Frames that are left for the next request.'),
    failed_count: count(),
    failed_segments: Type.Array(Type.Object({ object_id: text, timerange: Timerange, error: ErrorSchema })),
    gaps: Type.Array(Type.Object({ start: Integer(), end: Integer(), timerange: Timerange })),
  },
  { title: 'ExrRegisteredSequence' },
);
