import type { SearchServices } from '../services/search-services.ts';
import type { Asker, RouteContext } from '../../../tams/route-context.ts';
import type { Asset, TamsLink, VersionSize } from '../rules/asset.ts';
import type { DeadLetter, Job } from '../rules/job.ts';
import type { Version } from '../rules/version.ts';
import type { VersionTranscript } from '../services/transcript-service.ts';
import { TimeRange } from '../../../shared/time/timerange.ts';
import { formatTimestamp, INT64_MAX, INT64_MIN } from '../../../shared/time/timestamp.ts';

/** Inputs to the routes of media search. */
export interface SearchContext extends Pick<RouteContext, 'paging' | 'baseUrl'> {
  /** Services over the view of the request's principal. */
  readonly search: (request: Asker) => SearchServices;
}

/** Entities of media search as JSON. Undefined properties are left out when printed. */

const NS_PER_MS = 1e6;

export const toMs = (ns: bigint): number => Number(ns) / NS_PER_MS;
const toDate = (ms: number): string => new Date(ms).toISOString();
const numberOf = (value: bigint | null): number | undefined => (value === null ? undefined : Number(value));

/** A range without length is shown as an instant: an empty range would find nothing. */
export function timerangeOf(startNs: bigint, endNs: bigint, offsetNs = 0n): string {
  const start = within(startNs + offsetNs, INT64_MAX - 1n);
  const end = within(endNs + offsetNs, INT64_MAX);
  return TimeRange.fromNs(start, end > start ? end : start + 1n).toString();
}

const within = (ns: bigint, most: bigint): bigint => (ns < INT64_MIN ? INT64_MIN : ns > most ? most : ns);

export function assetJson(asset: Asset): object {
  const { link } = asset;
  return {
    id: asset.id,
    bucket: asset.bucket,
    key: asset.key,
    status: asset.status,
    triage_state: asset.triageState,
    recommended_action: asset.recommendedAction ?? undefined,
    last_error: asset.lastError ?? undefined,
    attempt: asset.attempt,
    engine: asset.engine ?? undefined,
    etag: asset.etag ?? undefined,
    size_bytes: numberOf(asset.sizeBytes),
    content_type: asset.contentType ?? undefined,
    duration_ms: asset.durationNs === null ? undefined : toMs(asset.durationNs),
    codec: asset.codec ?? undefined,
    current_version_id: asset.currentVersionId ?? undefined,
    link: link === null ? undefined : linkJson(link),
    created: toDate(asset.createdMs),
    updated: toDate(asset.updatedMs),
  };
}

const linkJson = ({ flowId, sourceId, offsetNs }: TamsLink): object => ({
  flow_id: flowId,
  source_id: sourceId ?? undefined,
  offset: formatTimestamp(offsetNs),
});

export function versionJson(version: Version & Partial<VersionSize>): object {
  return {
    id: version.id,
    asset_id: version.assetId,
    etag: version.etag,
    size_bytes: numberOf(version.sizeBytes),
    language: version.language ?? undefined,
    status: version.status,
    publish_state: version.publishState,
    segment_visibility: version.segmentVisibility,
    embedding_visibility: version.embeddingVisibility,
    segments: version.segments,
    embeddings: version.embeddings,
    created: toDate(version.createdMs),
    updated: toDate(version.updatedMs),
    published: version.publishedMs === null ? undefined : toDate(version.publishedMs),
  };
}

export function transcriptJson({ version, segments }: VersionTranscript): object {
  return {
    version_id: version.id,
    asset_id: version.assetId,
    language: version.language ?? undefined,
    segments: segments.map(({ id, startNs, endNs, text, speaker, confidence }) => ({
      id,
      start_ms: toMs(startNs),
      end_ms: toMs(endNs),
      timerange: timerangeOf(startNs, endNs),
      text,
      speaker: speaker ?? undefined,
      confidence: confidence ?? undefined,
    })),
  };
}

/** Without the job's data, which is for its handler alone. */
export function deadLetterJson(letter: DeadLetter): object {
  return {
    id: letter.id,
    job_id: letter.jobId,
    asset_id: letter.assetId,
    version_id: letter.versionId ?? undefined,
    error_code: letter.errorCode,
    message: letter.message,
    retryable: letter.retryable,
    attempt: letter.attempt,
    logs: letter.logs ?? undefined,
    created: toDate(letter.createdMs),
  };
}

export const jobJson = ({ id, assetId, versionId, status }: Job): object => ({
  id,
  asset_id: assetId,
  version_id: versionId ?? undefined,
  status,
});
