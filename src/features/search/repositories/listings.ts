import type { CursorPosition, Page, PageRequest } from '../../../shared/paging.ts';
import type { Asset, AssetFilter, VersionSize } from '../rules/asset.ts';
import type { DeadLetter } from '../rules/job.ts';
import type { Version } from '../rules/version.ts';
import type { Ordering } from '../../../vastdb/engine.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { and, eq, eqIfGiven, isNull, startsWith } from '../../../vastdb/predicate/builder.ts';
import type { Access } from '../../../tams/access/access.ts';
import { afterCursor, toPage } from '../../../tams/documents/listing-order.ts';
import { inView } from './visible.ts';
import { toAsset } from './assets.ts';
import { toDeadLetter } from './dead-letters.ts';
import { countEmbeddings } from './embeddings.ts';
import { countSegments } from './segments.ts';
import { DEAD_LETTERS } from '../search-job-tables.ts';
import { ASSETS, VERSIONS } from '../search-tables.ts';
import { toVersion } from './versions.ts';

/** In the order of `created_ms`, which every one of these tables has; the id settles ties. */
const inOrder = (direction: Ordering['direction'], { limit, maxBytes }: PageRequest) =>
  ({ orderBy: byCreation(direction), limit: limit + 1, maxBytes, timeline: { column: 'created_ms' } }) as const;

const byCreation = (direction: Ordering['direction']) =>
  [
    { column: 'created_ms', direction },
    { column: 'id', direction },
  ] as const;

const beyond = (direction: Ordering['direction'], { after }: PageRequest) =>
  afterCursor(byCreation(direction), after, ['bigint', 'string']);

const positionOf = ({ created_ms: created, id }: { created_ms: bigint; id: string }): CursorPosition => [created, id];

export async function listAssets(
  reader: ManagedReader,
  access: Access,
  { keyPrefix, ...filter }: AssetFilter,
  page: PageRequest,
): Promise<Page<Asset>> {
  const where = and([
    isNull('tombstoned_ms'),
    inView(access),
    ...eqIfGiven('bucket', filter.bucket),
    ...eqIfGiven('status', filter.status),
    ...eqIfGiven('triage_state', filter.triageState),
    ...eqIfGiven('flow_id', filter.flowId),
    ...eqIfGiven('source_id', filter.sourceId),
    ...(keyPrefix === undefined || keyPrefix === '' ? [] : [startsWith('key', keyPrefix)]),
    ...beyond('asc', page),
  ]);
  const found = await reader.selectPage({ table: ASSETS, where, ...inOrder('asc', page) });
  return toPage(found, page.limit, toAsset, positionOf);
}

export async function listVersions(reader: ManagedReader, assetId: string, page: PageRequest): Promise<Page<Version>> {
  const where = and([eq('asset_id', assetId), ...beyond('asc', page)]);
  const found = await reader.selectPage({ table: VERSIONS, where, ...inOrder('asc', page) });
  return toPage(found, page.limit, toVersion, positionOf);
}

export async function pageOfDeadLetters(reader: ManagedReader, page: PageRequest): Promise<Page<DeadLetter>> {
  const where = and(beyond('desc', page));
  const found = await reader.selectPage({ table: DEAD_LETTERS, where, ...inOrder('desc', page) });
  return toPage(found, page.limit, toDeadLetter, positionOf);
}

export async function versionSize(
  reader: ManagedReader,
  { id, segmentVisibility, embeddingVisibility }: Version,
  model: string | undefined,
): Promise<VersionSize> {
  const [segments, embeddings] = await Promise.all([
    segmentVisibility === 'SOFT_DELETED' ? 0 : countSegments(reader, id),
    embeddingVisibility === 'SOFT_DELETED' ? 0 : countEmbeddings(reader, id, model),
  ]);
  return { segments, embeddings };
}
