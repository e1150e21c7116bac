import { Type } from '../../shared/type-builder.ts';
import { DateTime, PATTERNS, Rational, Timerange, Uuid } from '../../http/schemas/common.ts';
import { pagingParameters } from '../../tams/parameters.ts';
import { ADOPTION_STATES, KEY_STATES, LAYOUTS } from './adoption.ts';

const texts = <const Text extends string>(values: readonly Text[], description: string) =>
  Type.Unsafe<Text>(Type.String({ enum: [...values], description }));

const layout = texts(
  LAYOUTS,
  '`files`: each file is a flow. `segments`: the numbered files of a name are the segments of a flow. `frames`: the numbered ' +
    'EXR files of a name are the frames of a flow. `playlists`: the segments of each HLS playlist are those of a flow.',
);

const common = {
  storage_id: Uuid,
  prefix: Type.String({ maxLength: 1024, description: 'The folder that the keys lie in.' }),
  layout,
  frame_rate: Type.Optional(Rational),
};
const tags = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));

export const AdoptionRequestBody = Type.Object(
  {
    ...common,
    tags: Type.Optional(tags),
    delete_bytes: Type.Optional(
      Type.Boolean({
        description: 'Whether the bytes are deleted when no segment uses them any more; by default never.',
      }),
    ),
    follow: Type.Optional(
      Type.Boolean({
        description:
          'For frames: whether those that S3 events tell of later (`POST /events/s3`) are adopted too, as long as this ' +
          'adoption is not forgotten.',
      }),
    ),
    start: Type.Optional(Type.Boolean({ description: 'Whether it goes on by itself when it is planned.' })),
  },
  {
    additionalProperties: false,
    examples: [{ storage_id: '0f6a4c1e-7d43-5b7c-a8a5-3c1d2e4f5a6b', prefix: 'rushes/day-1', layout: 'files' }],
  },
);

const count = (description: string) => Type.Integer({ description });

export const AdoptionSchema = Type.Object(
  {
    id: Uuid,
    ...common,
    tags,
    delete_bytes: Type.Boolean(),
    follow: Type.Boolean(),
    start: Type.Boolean(),
    state: texts(ADOPTION_STATES, 'A `planned` one waits for its start.'),
    error: Type.Optional(Type.String({ description: 'Why it failed.' })),
    keys: Type.Object({
      listed: count('Found, and not looked into yet.'),
      planned: count('To be adopted.'),
      adopted: count('Objects on a timeline now.'),
      present: count('Adopted before.'),
      refused: count('Not adopted, each for a reason.'),
      missing: count('Gaps in numbered files.'),
    }),
    bytes: count('Of all keys.'),
    created: DateTime,
    updated: DateTime,
    created_by: Type.String(),
  },
  { title: 'Adoption' },
);

export const AdoptionKeySchema = Type.Object(
  {
    key: Type.String(),
    size: Type.Integer(),
    state: texts(KEY_STATES, 'See the counts of the adoption.'),
    reason: Type.Optional(Type.String({ description: 'Why it is not adopted.' })),
    flow_id: Type.Optional(Uuid),
    timerange: Type.Optional(Timerange),
    object_id: Type.Optional(Type.String({ description: 'The object that the key is.' })),
  },
  { title: 'AdoptionKey' },
);

export const adoptionParams = Type.Object({
  adoptionId: Type.String({ pattern: PATTERNS.uuid.pattern, description: 'The id of the adoption.' }),
});

export const adoptionListQuery = Type.Object(pagingParameters);

export const adoptionKeyQuery = Type.Object({
  state: Type.Optional(texts(KEY_STATES, 'Only keys of this state.')),
  ...pagingParameters,
});
