import type { CursorPosition, Page, PageRequest } from '../../shared/paging.ts';
import type { Deletion } from '../../tams/deletion/deletion.ts';
import type {
  DeletedDocument,
  DeletedFlowFilter,
  DeletedSegmentDocument,
  DeletedSegmentFilter,
  DeletedSourceFilter,
} from './trash.ts';
import type { Ordering } from '../../vastdb/engine.ts';
import { and, eq, lte } from '../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';
import { toPage } from '../../tams/documents/keyset-page.ts';
import { afterCursor } from '../../tams/documents/listing-order.ts';
import type { TableReads } from '../../tams/table-access.ts';
import { DELETED_FLOWS, DELETED_SEGMENTS, DELETED_SOURCES, TRASH_TABLES } from './trash-tables.ts';

export const DELETION_COLUMNS = ['deletion_id', 'deleted_ms', 'deleted_by'] as const;

export type DeletionCells = [id: string, ms: bigint, by: string];

export const deletionCells = ({ id, at, by }: Deletion): DeletionCells => [id, BigInt(Date.parse(at)), by];

/** @param cells those of DELETION_COLUMNS. */
export const toDeletion = ([id, ms, by]: DeletionCells): Deletion => ({
  id,
  at: new Date(Number(ms)).toISOString(),
  by,
});

const IN_ORDER: readonly Ordering[] = ['deleted_ms', 'deletion_id'].map((column) => ({ column, direction: 'asc' }));
const SEGMENTS_IN_ORDER: readonly Ordering[] = [...IN_ORDER, { column: 'start_ns', direction: 'asc' }];

/** Listings begin with what was deleted first. */
export class TrashReader {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  flows({ flowId, sourceId, deletionId }: DeletedFlowFilter, page: PageRequest): Promise<Page<DeletedDocument>> {
    const terms = [...equal('id', flowId), ...equal('source_id', sourceId), ...equal('deletion_id', deletionId)];
    return this.#documents(DELETED_FLOWS.name, terms, page);
  }

  sources({ sourceId, deletionId }: DeletedSourceFilter, page: PageRequest): Promise<Page<DeletedDocument>> {
    const terms = [...equal('id', sourceId), ...equal('deletion_id', deletionId)];
    return this.#documents(DELETED_SOURCES.name, terms, page);
  }

  async segments(
    { flowId, deletionId }: DeletedSegmentFilter,
    page: PageRequest,
  ): Promise<Page<DeletedSegmentDocument>> {
    const terms = [...equal('flow_id', flowId), ...equal('deletion_id', deletionId)];
    const { rows, cut } = await this.#reader.select({
      table: DELETED_SEGMENTS.name,
      columns: [...DELETION_COLUMNS, 'flow_id', 'start_ns', 'fragment'],
      where: and([...terms, ...beyond(SEGMENTS_IN_ORDER, page.after)]),
      orderBy: SEGMENTS_IN_ORDER,
      limit: page.limit + 1,
      maxBytes: page.maxBytes,
      timeline: { column: 'deleted_ms' },
    });
    return toPage(
      { rows: rows as [...DeletionCells, string, bigint, string][], cut },
      page.limit,
      ([id, ms, by, flow, , fragment]) => ({
        deletion: toDeletion([id, ms, by]),
        flowId: flow,
        document: `${fragment}}`,
      }),
      ([id, ms, , , startNs]) => [ms, id, startNs],
    );
  }

  /** Whether anything was deleted at that time or earlier. */
  async holdsAny(untilMs: number): Promise<boolean> {
    const where = lte('deleted_ms', BigInt(untilMs));
    for (const { name: table } of TRASH_TABLES) {
      const { rows } = await this.#reader.select({ table, columns: ['deleted_ms'], where, limit: 1 });
      if (rows.length > 0) return true;
    }
    return false;
  }

  async #documents(table: string, terms: readonly Predicate[], page: PageRequest): Promise<Page<DeletedDocument>> {
    const { rows, cut } = await this.#reader.select({
      table,
      columns: [...DELETION_COLUMNS, 'document'],
      where: and([...terms, ...beyond(IN_ORDER, page.after)]),
      orderBy: IN_ORDER,
      limit: page.limit + 1,
      maxBytes: page.maxBytes,
      timeline: { column: 'deleted_ms' },
    });
    return toPage(
      { rows: rows as [...DeletionCells, string][], cut },
      page.limit,
      ([id, ms, by, document]) => ({ deletion: toDeletion([id, ms, by]), document }),
      ([id, ms]) => [ms, id],
    );
  }
}

export const equal = (column: string, value: string | undefined): Predicate[] =>
  value === undefined ? [] : [eq(column, value)];

/** The predicate of the page after `position`, as terms to be and-ed; none for the first page. */
function beyond(orderBy: readonly Ordering[], position: CursorPosition | undefined): Predicate[] {
  const types = orderBy.map(({ column }) => (column === 'deletion_id' ? 'string' : 'bigint'));
  return afterCursor(orderBy, position, types);
}
