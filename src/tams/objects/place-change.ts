import { fromJson, type Json } from '../../shared/json-text.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { eq } from '../../vastdb/predicate/builder.ts';
import type { ExternalUrl } from '../segments/segment.ts';
import { packUrls } from './object-location.ts';

/** A change of the instances of an object. */
export interface PlaceChange {
  readonly objectId: string;
  /** As they are then. */
  readonly locations: string | null;
  /** The URLs of a segment then, which may be others than those of its object. */
  readonly urls: (present: readonly ExternalUrl[]) => readonly ExternalUrl[];
}

type PlacedRow = Readonly<Record<'flow_id' | 'object_id', string>> &
  Readonly<{ locations: string | null; external_urls: Json<readonly ExternalUrl[]> | null }>;

/** Changes the segments of an object in a table that has them. @returns the flows that they are of. */
export async function changePlaces(
  tx: ManagedTransaction,
  table: TableDefinition<PlacedRow>,
  { objectId, locations, urls }: PlaceChange,
): Promise<string[]> {
  const { rows, rowIds } = await tx.select({
    table,
    columns: ['flow_id', 'external_urls'],
    where: eq('object_id', objectId),
    rowIds: true,
  });
  const cells = rows.map(([, text]) => {
    const present = text === null ? [] : fromJson(text);
    return [locations, packUrls(urls(present))] as const;
  });
  if (rowIds.length > 0) await tx.updateByRowIds(table, rowIds, ['locations', 'external_urls'], cells);
  return [...new Set(rows.map(([flowId]) => flowId))];
}
