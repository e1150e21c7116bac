import { Type } from '../../../shared/type-builder.ts';
import { Integer, limitParameter, Timerange, Uuid } from '../../../http/schemas/common.ts';

/** Search requests and hits; assets are in `search-assets.ts`. */

export const SEARCH_LIMIT = { default: 10, max: 100 } as const;
const MAX_VECTOR = 4_096;

const searchType = Type.Enum(['keyword', 'semantic', 'hybrid'], {
  type: 'string',
  description: 'Search by words, by meaning, or by both (the default).',
});
const fusion = Type.Enum(['rrf', 'weighted'], {
  type: 'string',
  description:
    'How a hybrid search joins its two lists: by reciprocal ranks (`rrf`, the default), or by the sum of scores that ' +
    'are scaled to 0..1 within their list (`weighted`).',
});
const offset = Integer({ minimum: 0, description: 'Hits to leave out; with `limit` at most 10000.' });

const filters = {
  bucket: Type.Optional(Type.String({ maxLength: 255, description: 'Only of assets in this bucket.' })),
  speaker: Type.Optional(Type.String({ maxLength: 256, description: 'Only what this speaker said.' })),
  flow_id: Type.Optional(Uuid),
  source_id: Type.Optional(Uuid),
  timerange: Type.Optional(Timerange),
  language: Type.Optional(Type.String({ maxLength: 71, description: 'Only what was said in this language (BCP 47).' })),
};

const q = Type.String({
  maxLength: 1000,
  description:
    'Words that all have to be there; `"a b"` is a phrase, `wor*` a beginning, `-word` must not be there, `a OR b` ' +
    'takes either. For a semantic search any text.',
  examples: ['"climate change" -trailer'],
});

export const searchQuery = Type.Object({
  q: Type.Optional(q),
  type: Type.Optional(searchType),
  fusion: Type.Optional(fusion),
  weights: Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,6}(\\.[0-9]{1,9})?,[0-9]{1,6}(\\.[0-9]{1,9})?$',
      description: 'Weights of keywords and meaning in a hybrid search, such as `0.7,0.3`; only the ratio matters.',
    }),
  ),
  ...filters,
  limit: limitParameter(`Hits per page: ${SEARCH_LIMIT.default} unless given, ${SEARCH_LIMIT.max} at most.`),
  offset: Type.Optional(offset),
});

const weight = Type.Number({ minimum: 0, maximum: 1_000_000 });

export const SearchBody = Type.Object(
  {
    q: Type.Optional(q),
    type: Type.Optional(searchType),
    vector: Type.Optional(
      Type.Array(Type.Number(), {
        minItems: 1,
        maxItems: MAX_VECTOR,
        description:
          "A vector of the caller's own for the search by meaning, as long as this server's are. Of any length: it is scaled.",
      }),
    ),
    model: Type.Optional(
      Type.String({ maxLength: 200, description: 'Model of the vector; by default that of this server.' }),
    ),
    fusion: Type.Optional(fusion),
    weights: Type.Optional(Type.Object({ keyword: weight, semantic: weight }, { additionalProperties: false })),
    ...filters,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: SEARCH_LIMIT.max })),
    offset: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  {
    title: 'SearchRequest',
    additionalProperties: false,
    examples: [
      { q: 'storm warning', type: 'hybrid', fusion: 'weighted', weights: { keyword: 2, semantic: 1 }, limit: 5 },
    ],
  },
);

const SearchHit = Type.Object(
  {
    score: Type.Number({ description: 'The higher the better; comparable within one answer only.' }),
    asset: Type.Object({ id: Type.String(), bucket: Type.String(), key: Type.String() }),
    version_id: Type.String(),
    segment_id: Type.String(),
    text: Type.String(),
    snippet: Type.Object({
      text: Type.String({ description: 'The part of the text where the words of the query first stand.' }),
      highlights: Type.Array(Type.Object({ start: Type.Integer(), end: Type.Integer() }), {
        description: 'Where they stand in it, in UTF-16 code units; the end does not belong to it.',
      }),
    }),
    speaker: Type.Optional(Type.String()),
    start_ms: Type.Number({ description: 'From the start of the medium.' }),
    end_ms: Type.Number(),
    timerange: Timerange,
    flow: Type.Optional(
      Type.Object(
        {
          flow_id: Uuid,
          source_id: Type.Optional(Uuid),
          timerange: Timerange,
          segments_url: Type.String({ description: 'The TAMS segments that hold it, ready to be requested.' }),
        },
        { description: 'Where it lies on the timeline of a flow, for media that are linked to one.' },
      ),
    ),
  },
  { title: 'SearchHit' },
);

export const SearchAnswerSchema = Type.Object(
  {
    type: searchType,
    fusion: Type.Optional(fusion),
    model: Type.Optional(Type.String({ description: 'Model of the compared vectors.' })),
    total: Type.Integer({ description: 'Number of all hits, on this page and others.' }),
    limit: Type.Integer(),
    offset: Type.Integer(),
    hits: Type.Array(SearchHit),
  },
  { title: 'SearchAnswer' },
);
