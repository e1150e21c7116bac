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
import { and, eqIfGiven } from '../../vastdb/predicate/builder.ts';
import type { Condition, Predicate } from '../../vastdb/predicate/predicate.ts';
import type { CellsOf } from '../../vastdb/schema/define-table.ts';
import { afterCursor, type RowsOf, toPage } from '../../tams/documents/listing-order.ts';
import type { TableReads } from '../../tams/table-access.ts';
import {
  DELETED_FLOWS,
  DELETED_SEGMENTS,
  DELETED_SOURCES,
  DELETION_COLUMNS,
  type DeletionRow,
} from './trash-tables.ts';

type DeletionCells = CellsOf<DeletionRow, typeof DELETION_COLUMNS>;

export const deletionCells = ({ id, at, by }: Deletion): DeletionCells => [id, BigInt(Date.parse(at)), by];

/** @param cells those of DELETION_COLUMNS. */
export const toDeletion = ([id, ms, by]: DeletionCells): Deletion => ({
  id,
  at: new Date(Number(ms)).toISOString(),
  by,
});

const IN_ORDER = [
  { column: 'deleted_ms', direction: 'asc' },
  { column: 'deletion_id', direction: 'asc' },
] as const;
const SEGMENTS_IN_ORDER = [...IN_ORDER, { column: 'start_ns', direction: 'asc' }] as const;

/** Listings begin with what was deleted first. */
export class TrashReader {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  async flows({ flowId, sourceId, deletionId }: DeletedFlowFilter, page: PageRequest): Promise<Page<DeletedDocument>> {
    const terms = [
      ...eqIfGiven('id', flowId),
      ...eqIfGiven('source_id', sourceId),
      ...eqIfGiven('deletion_id', deletionId),
    ];
    const where = and([...terms, ...beyond(IN_ORDER, page.after)]);
    const columns = DOCUMENT_COLUMNS;
    return toDocuments(await this.#reader.select({ table: DELETED_FLOWS, columns, where, ...inOrder(page) }), page);
  }

  async sources({ sourceId, deletionId }: DeletedSourceFilter, page: PageRequest): Promise<Page<DeletedDocument>> {
    const terms = [...eqIfGiven('id', sourceId), ...eqIfGiven('deletion_id', deletionId)];
    const where = and([...terms, ...beyond(IN_ORDER, page.after)]);
    const columns = DOCUMENT_COLUMNS;
    return toDocuments(await this.#reader.select({ table: DELETED_SOURCES, columns, where, ...inOrder(page) }), page);
  }

  async segments(
    { flowId, deletionId }: DeletedSegmentFilter,
    page: PageRequest,
  ): Promise<Page<DeletedSegmentDocument>> {
    const terms = [...eqIfGiven('flow_id', flowId), ...eqIfGiven('deletion_id', deletionId)];
    const { rows, cut } = await this.#reader.select({
      table: DELETED_SEGMENTS,
      columns: [...DELETION_COLUMNS, 'flow_id', 'start_ns', 'fragment'],
      where: and([...terms, ...beyond(SEGMENTS_IN_ORDER, page.after)]),
      orderBy: SEGMENTS_IN_ORDER,
      limit: page.limit + 1,
      maxBytes: page.maxBytes,
      timeline: { column: 'deleted_ms' },
    });
    return toPage(
      { rows, cut },
      page.limit,
      ([id, ms, by, flow, , fragment]) => ({
        deletion: toDeletion([id, ms, by]),
        flowId: flow,
        document: `${fragment}}`,
      }),
      ([id, ms, , , startNs]) => [ms, id, startNs],
    );
  }
}

const DOCUMENT_COLUMNS = [...DELETION_COLUMNS, 'document'] as const;

const inOrder = ({ limit, maxBytes }: PageRequest) =>
  ({ orderBy: IN_ORDER, limit: limit + 1, maxBytes, timeline: { column: 'deleted_ms' } }) as const;

const toDocuments = (found: RowsOf<[...DeletionCells, string]>, page: PageRequest): Page<DeletedDocument> =>
  toPage(
    found,
    page.limit,
    ([id, ms, by, document]) => ({ deletion: toDeletion([id, ms, by]), document }),
    ([id, ms]) => [ms, id],
  );

/** The predicate of the page after `position`, as terms to be and-ed; none for the first page. */
function beyond<Column extends string>(
  orderBy: readonly Ordering<Column>[],
  position: CursorPosition | undefined,
): Predicate<Condition<Column, never>>[] {
  const types = orderBy.map(({ column }) => (column === 'deletion_id' ? 'string' : 'bigint'));
  return afterCursor(orderBy, position, types);
}
