import { Type } from '../../../shared/type-builder.ts';
import { ASSET_STATUSES, TRIAGE_STATES } from '../rules/asset.ts';
import { VERSION_STATUSES, VISIBILITIES } from '../rules/version.ts';
import { DateTime, Integer, Timerange, Timestamp, Uuid } from '../../../http/schemas/common.ts';
import { pagingParameters } from '../../../tams/parameters.ts';
import { EXAMPLE_FLOW_ID } from '../../../http/schemas/examples.ts';

/** Assets, their versions and transcripts; and the queue that makes them. */

export const assetParams = Type.Object({ assetId: Type.String({ description: 'The id of the asset.' }) });
export const versionParams = Type.Object({ versionId: Type.String({ description: 'The id of the version.' }) });
export const deadLetterParams = Type.Object({
  deadLetterId: Type.String({ description: 'The id of the dead letter.' }),
});

const status = Type.Enum([...ASSET_STATUSES], { type: 'string' });
const triageState = Type.Enum([...TRIAGE_STATES], { type: 'string' });

export const assetListQuery = Type.Object({
  bucket: Type.Optional(Type.String({ description: 'Only assets in this bucket.' })),
  key_prefix: Type.Optional(Type.String({ description: 'Only assets whose key begins so.' })),
  status: Type.Optional({ ...status, description: 'Only assets of this status.' }),
  triage_state: Type.Optional({ ...triageState, description: 'Only assets of this state of triage.' }),
  flow_id: Type.Optional(Uuid),
  source_id: Type.Optional(Uuid),
  ...pagingParameters,
});

export const transcriptQuery = Type.Object({
  format: Type.Optional(
    Type.Enum(['json', 'webvtt'], { type: 'string', description: 'In place of the header `Accept`.' }),
  ),
});

export const transcriptPutQuery = Type.Object({
  language: Type.Optional(
    Type.String({ description: 'Language of the speech, as BCP 47; replaces the one that the transcript names.' }),
  ),
});

const text = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, ...(description !== undefined && { description }) });
const bytes = Integer({ minimum: 0 });
const milliseconds = Type.Number({ minimum: 0, maximum: 9_000_000_000_000 });

const link = {
  flow_id: Uuid,
  offset: Type.Optional(
    Type.Unsafe<string>({
      ...Timestamp,
      description: 'Place of its start on the timeline; by default 0:0.',
    }),
  ),
};

export const AssetLinkInput = Type.Object(link, {
  title: 'AssetLinkInput',
  additionalProperties: false,
  examples: [{ flow_id: EXAMPLE_FLOW_ID, offset: '3600:0' }],
});

export const AssetInputSchema = Type.Object(
  {
    bucket: text(255),
    key: text(1024),
    etag: Type.Optional(text(256, 'ETag of the present object.')),
    size_bytes: Type.Optional(bytes),
    content_type: Type.Optional(text(255)),
    duration_ms: Type.Optional(milliseconds),
    codec: Type.Optional(text(255)),
    link: Type.Optional(
      Type.Union([Type.Object(link, { additionalProperties: false }), Type.Null()], {
        description: 'null takes it off its flow.',
      }),
    ),
  },
  {
    title: 'SearchAssetInput',
    additionalProperties: false,
    examples: [
      {
        bucket: 'news',
        key: '2026/11/bulletin.mp4',
        etag: '9b2cf535f27731c9',
        link: { flow_id: EXAMPLE_FLOW_ID, offset: '0:0' },
      },
    ],
  },
);

export const AssetSchema = Type.Object(
  {
    id: Type.String(),
    bucket: Type.String(),
    key: Type.String(),
    status,
    triage_state: triageState,
    recommended_action: Type.Optional(Type.String()),
    last_error: Type.Optional(Type.String()),
    attempt: Type.Integer(),
    engine: Type.Optional(Type.String({ description: 'Origin of the transcript.' })),
    etag: Type.Optional(Type.String()),
    size_bytes: Type.Optional(Type.Integer()),
    content_type: Type.Optional(Type.String()),
    duration_ms: Type.Optional(Type.Number()),
    codec: Type.Optional(Type.String()),
    current_version_id: Type.Optional(Type.String({ description: 'The version that searches show.' })),
    link: Type.Optional(Type.Object({ flow_id: Uuid, source_id: Type.Optional(Uuid), offset: Timestamp })),
    created: DateTime,
    updated: DateTime,
  },
  { title: 'SearchAsset' },
);

export const VersionInputSchema = Type.Object(
  {
    etag: text(256, 'ETag of the content: the same ETag is the same version.'),
    size_bytes: Type.Optional(bytes),
    language: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,7}$' })),
  },
  {
    title: 'SearchVersionInput',
    additionalProperties: false,
    examples: [{ etag: '9b2cf535f27731c9', language: 'en' }],
  },
);

const visibility = Type.Enum([...VISIBILITIES], { type: 'string' });

export const VersionSchema = Type.Object(
  {
    id: Type.String(),
    asset_id: Type.String(),
    etag: Type.String(),
    size_bytes: Type.Optional(Type.Integer()),
    language: Type.Optional(Type.String()),
    status: Type.Enum([...VERSION_STATUSES], { type: 'string' }),
    publish_state: visibility,
    segment_visibility: visibility,
    embedding_visibility: visibility,
    segments: Type.Optional(Type.Integer({ description: 'How many; not in listings.' })),
    embeddings: Type.Optional(Type.Integer({ description: 'How many, of all models together; not in listings.' })),
    created: DateTime,
    updated: DateTime,
    published: Type.Optional(DateTime),
  },
  { title: 'SearchVersion' },
);

export const TranscriptSchema = Type.Object(
  {
    version_id: Type.String(),
    asset_id: Type.String(),
    language: Type.Optional(Type.String()),
    segments: Type.Array(
      Type.Object({
        id: Type.String({ description: 'The id that embeddings name.' }),
        start_ms: Type.Number(),
        end_ms: Type.Number(),
        timerange: Timerange,
        text: Type.String(),
        speaker: Type.Optional(Type.String()),
        confidence: Type.Optional(Type.Number()),
      }),
    ),
  },
  { title: 'SearchTranscript' },
);

export const TranscriptInputSchema = Type.Object(
  {
    language: Type.Optional(Type.String()),
    segments: Type.Array(
      Type.Object({
        start_ms: Type.Number(),
        end_ms: Type.Number(),
        text: Type.String(),
        speaker: Type.Optional(Type.String()),
        confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      }),
    ),
  },
  {
    title: 'SearchTranscriptInput',
    description: "Also taken as OpenAI's `verbose_json`, whose segments have `start` and `end` in seconds.",
    examples: [{ language: 'en', segments: [{ start_ms: 0, end_ms: 2500, text: 'Good evening.', speaker: 'Ann' }] }],
  },
);

export const EmbeddingsInputSchema = Type.Object(
  {
    model: text(200, 'Vectors of different models are never compared.'),
    embeddings: Type.Array(
      Type.Object(
        {
          segment_id: text(200),
          vector: Type.Array(Type.Number(), { minItems: 1, maxItems: 4096, description: 'A vector of unit length.' }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 1000 },
    ),
  },
  { title: 'SearchEmbeddingsInput', additionalProperties: false },
);

export const WrittenSchema = Type.Object({ written: Type.Integer() }, { title: 'SearchEmbeddingsWritten' });

export const DeadLetterSchema = Type.Object(
  {
    id: Type.String(),
    job_id: Type.String(),
    asset_id: Type.String(),
    version_id: Type.Optional(Type.String()),
    error_code: Type.String(),
    message: Type.String(),
    retryable: Type.Boolean(),
    attempt: Type.Integer(),
    logs: Type.Optional(Type.String()),
    created: DateTime,
  },
  { title: 'SearchDeadLetter' },
);

export const JobSchema = Type.Object(
  { id: Type.String(), asset_id: Type.String(), version_id: Type.Optional(Type.String()), status: Type.String() },
  { title: 'SearchJob' },
);

const jobs = (description?: string) => Type.Integer({ minimum: 0, ...(description !== undefined && { description }) });

export const QueueSchema = Type.Object(
  {
    paused: Type.Boolean(),
    waiting: jobs('Those that wait to be tried again among them.'),
    active: jobs(),
    completed: jobs(),
    failed: jobs('Those that wait to be tried again.'),
    dead: jobs('Those that were given up.'),
  },
  { title: 'SearchQueue' },
);
