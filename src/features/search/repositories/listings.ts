import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { Asset } from '../rules/asset.ts';
import type { DeadLetter } from '../rules/job.ts';
import type { AssetFilter, VersionSize } from '../rules/search-listings.ts';
import type { Version } from '../rules/version.ts';
import type { Ordering, TableDefinition } from '../../../vastdb/engine.ts';
import { type ManagedReader, toRow } from '../../../vastdb/managed-reader.ts';
import { and, eq, isNull, startsWith } from '../../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../../vastdb/predicate/predicate.ts';
import type { Row } from '../../../vastdb/query/select-query.ts';
import type { Access } from '../../../tams/access/access.ts';
import { toPage } from '../../../tams/documents/keyset-page.ts';
import { afterCursor } from '../../../tams/documents/listing-order.ts';
import { inView } from './access.ts';
import { toAsset } from './assets.ts';
import { toDeadLetter } from './dead-letters.ts';
import { countEmbeddings } from './embeddings.ts';
import { countSegments } from './segments.ts';
import { ASSETS, DEAD_LETTERS, VERSIONS } from '../search-tables.ts';
import { toVersion } from './versions.ts';

interface Listing<Item> {
  readonly table: TableDefinition;
  readonly where: Predicate;
  readonly direction: Ordering['direction'];
  readonly toItem: (row: Row) => Item;
}

/** One query a page, in the order of `created_ms`, which every one of these tables has; the id settles ties. */
async function listByCreation<Item>(
  reader: ManagedReader,
  { table, where, direction, toItem }: Listing<Item>,
  page: PageRequest,
): Promise<Page<Item>> {
  const orderBy: Ordering[] = [
    { column: 'created_ms', direction },
    { column: 'id', direction },
  ];
  const columns = table.columns.map(({ name }) => name);
  const { rows, cut } = await reader.select({
    table: table.name,
    columns,
    where: and([where, ...afterCursor(orderBy, page.after, ['bigint', 'string'])]),
    orderBy,
    limit: page.limit + 1,
    maxBytes: page.maxBytes,
    timeline: { column: 'created_ms' },
  });
  const found = { rows: rows.map((cells) => toRow(columns, cells)), cut };
  return toPage(found, page.limit, toItem, (row) => [row['created_ms'] as bigint, row['id'] as string]);
}

export function listAssets(
  reader: ManagedReader,
  access: Access,
  { keyPrefix, ...filter }: AssetFilter,
  page: PageRequest,
): Promise<Page<Asset>> {
  const wanted = {
    bucket: filter.bucket,
    status: filter.status,
    triage_state: filter.triageState,
    flow_id: filter.flowId,
    source_id: filter.sourceId,
  };
  const where = and([
    isNull('tombstoned_ms'),
    inView(access),
    ...Object.entries(wanted).flatMap(([column, value]) => (value === undefined ? [] : [eq(column, value)])),
    ...(keyPrefix === undefined || keyPrefix === '' ? [] : [startsWith('key', keyPrefix)]),
  ]);
  return listByCreation(reader, { table: ASSETS, where, direction: 'asc', toItem: toAsset }, page);
}

export function listVersions(reader: ManagedReader, assetId: string, page: PageRequest): Promise<Page<Version>> {
  const where = eq('asset_id', assetId);
  return listByCreation(reader, { table: VERSIONS, where, direction: 'asc', toItem: toVersion }, page);
}

export function pageOfDeadLetters(reader: ManagedReader, page: PageRequest): Promise<Page<DeadLetter>> {
  const listing = { table: DEAD_LETTERS, where: and([]), direction: 'desc', toItem: toDeadLetter } as const;
  return listByCreation(reader, listing, page);
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
