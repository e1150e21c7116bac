import type { Static } from 'typebox';
import type { Fusion, FusionWeights, SearchFilters, SearchHit } from '../rules/search-query.ts';
import type { SearchAnswer, SearchRequest } from '../services/query-service.ts';
import { operation, readOperation } from '../../../http/operation.ts';
import { badBody, badQuery, json } from '../../../http/schemas/responses.ts';
import { SEARCH_LIMIT, SearchAnswerSchema, SearchBody, searchQuery } from '../schemas/search.ts';
import { sendJson, sendRead } from '../../../http/send-json.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { readTimerange } from '../../../tams/timerange-query.ts';
import { type SearchContext, timerangeOf, toMs } from './search-context.ts';

const FUSIONS = { rrf: 'reciprocal_rank', weighted: 'weighted_sum' } as const;
const FUSION_NAMES: Readonly<Record<Fusion, keyof typeof FUSIONS>> = {
  reciprocal_rank: 'rrf',
  weighted_sum: 'weighted',
};

const description =
  'Hits are stretches of transcripts. For media that are linked to a flow each tells where it lies on that timeline, ' +
  'and the URL of the TAMS segments that hold it. Semantic searches compare vectors: what they find depends on the ' +
  'embedder of this server, which the answer names.';

/** `GET /search` and `POST /search`. */
export function searchQueries(app: TamsApp, { search, baseUrl }: SearchContext): void {
  readOperation(app, {
    url: '/search',
    name: 'search',
    tag: 'MediaSearch',
    summary: 'Search what was said',
    description,
    schema: { querystring: searchQuery },
    responses: { 200: json('The best hits first.', SearchAnswerSchema), 400: badQuery },
    handler: async (request, reply) => {
      const { q, type = 'hybrid', fusion, weights, limit, offset = 0 } = request.query;
      const asked: SearchRequest = {
        type,
        text: q,
        fusion: fusion && FUSIONS[fusion],
        weights: weights === undefined ? undefined : readWeights(weights),
        filters: filtersOf(request.query),
        limit: Math.min(limit ?? SEARCH_LIMIT.default, SEARCH_LIMIT.max),
        offset,
      };
      const answer = await search(request).queries.search(asked);
      return sendRead(request, reply, answerJson(answer, asked, baseUrl(request)));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/search',
    name: 'search',
    tag: 'MediaSearch',
    summary: 'Search what was said, with a vector of your own',
    description: `${description} Takes what \`GET /search\` takes, and a query vector.`,
    access: 'read',
    schema: { body: SearchBody },
    responses: { 200: json('The best hits first.', SearchAnswerSchema), 400: badBody },
    handler: async (request, reply) => {
      const { q, type = 'hybrid', fusion, vector, limit = SEARCH_LIMIT.default, offset = 0, ...more } = request.body;
      const asked: SearchRequest = {
        type,
        text: q,
        vector: vector && Float32Array.from(vector),
        model: more.model,
        fusion: fusion && FUSIONS[fusion],
        weights: more.weights,
        filters: filtersOf(more),
        limit,
        offset,
      };
      const answer = await search(request).queries.search(asked);
      return sendJson(reply, JSON.stringify(answerJson(answer, asked, baseUrl(request))));
    },
  });
}

type Filters = Pick<
  Static<typeof searchQuery>,
  'bucket' | 'speaker' | 'flow_id' | 'source_id' | 'language' | 'timerange'
>;

function filtersOf(given: Filters): SearchFilters {
  const { bucket, speaker, flow_id: flowId, source_id: sourceId, language } = given;
  return { bucket, speaker, flowId, sourceId, language, timerange: readTimerange(given.timerange) };
}

function readWeights(text: string): FusionWeights {
  const [keyword = 1, semantic = 1] = text.split(',').map(Number);
  return { keyword, semantic };
}

function answerJson({ hits, total, type, fusion, model }: SearchAnswer, asked: SearchRequest, baseUrl: string): object {
  const { limit, offset } = asked;
  const shown = hits.map((hit) => hitJson(hit, baseUrl));
  return { type, fusion: fusion && FUSION_NAMES[fusion], model, total, limit, offset, hits: shown };
}

function hitJson(hit: SearchHit, baseUrl: string): object {
  const { startNs, endNs, snippet } = hit;
  return {
    score: hit.score,
    asset: { id: hit.assetId, bucket: hit.bucket, key: hit.key },
    version_id: hit.versionId,
    segment_id: hit.segmentId,
    text: hit.text,
    snippet: { text: snippet.text, highlights: snippet.highlights.map(([start, end]) => ({ start, end })) },
    speaker: hit.speaker ?? undefined,
    start_ms: toMs(startNs),
    end_ms: toMs(endNs),
    timerange: timerangeOf(startNs, endNs),
    flow: flowJson(hit, baseUrl),
  };
}

function flowJson({ link, startNs, endNs }: SearchHit, baseUrl: string): object | undefined {
  if (link === null) return undefined;
  const { flowId, sourceId, offsetNs } = link;
  const timerange = timerangeOf(startNs, endNs, offsetNs);
  return {
    flow_id: flowId,
    source_id: sourceId ?? undefined,
    timerange,
    segments_url: `${baseUrl}/flows/${flowId}/segments?timerange=${encodeURIComponent(timerange)}`,
  };
}
