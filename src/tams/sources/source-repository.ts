import type { Page, PageRequest } from '../../shared/paging.ts';
import type { AccessClasses } from '../access/access-classes.ts';
import type { SourceFilter } from '../documents/filters.ts';
import type { FormatUrn } from '../documents/format.ts';
import type { Source } from './source.ts';
import { and, eq, eqIfGiven, isIn } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import {
  type Access,
  ACCESS_COLUMN,
  accessCell,
  checkStaysVisible,
  checkTagChange,
  checkUnreachable,
  classesOfCell,
  scannedOf,
} from '../access/access.ts';
import { indexedByCreation, orderOf } from '../documents/listing-order.ts';
import { SORT_COLUMNS, sortCells } from '../documents/sort-keys.ts';
import type { CellsOf, RowOf } from '../../vastdb/schema/define-table.ts';
import { fromJson, type Json, toJson } from '../../shared/json-text.ts';
import { type RowHandle, type TableReads, toHandle, toRowId } from '../table-access.ts';
import { CollectionReader } from '../flows/collection-repository.ts';
import { FlowReader } from '../flows/flow-repository.ts';
import { collectedSources, inferRelations } from './source-relations.ts';
import { SOURCE_TAGS, SOURCES } from './source-tables.ts';
import { insertTags, removeTags, replaceTags, tagTerms } from '../documents/tag-index.ts';

export interface SourceDocument {
  readonly id: string;
  readonly document: Json<Source>;
}

export interface SourceState {
  readonly source: Source;
  readonly handle: RowHandle;
}

export class SourceReader {
  readonly #reader: TableReads;
  readonly #access: Access;

  constructor(reader: TableReads, access: Access) {
    this.#reader = reader;
    this.#access = access;
  }

  async list(
    { order, collectedByIds, label, format, tags }: SourceFilter,
    page: PageRequest,
  ): Promise<Page<SourceDocument>> {
    const relations = {
      flows: new FlowReader(this.#reader, this.#access),
      collections: new CollectionReader(this.#reader),
    };
    const collected = collectedByIds?.length ? [isIn('id', await collectedSources(relations, collectedByIds))] : [];
    const areUncollected = async (rows: readonly (readonly [unknown, string, ...unknown[]])[]): Promise<boolean[]> => {
      const ids = rows.map(([, id]) => id);
      const found = await inferRelations(relations, ids);
      return ids.map((id) => found.get(id)?.collected_by === undefined);
    };
    const { indexed, narrowing } = indexedByCreation(order, eqIfGiven('label', label));
    const { items, ...rest } = await this.#reader.list(
      {
        table: SOURCES,
        order: orderOf(order),
        columns: ['document'],
        indexed,
        narrowing: [...narrowing, ...collected],
        scanned: [...eqIfGiven('format', format), ...scannedOf(this.#access)],
        owners: tagTerms(SOURCE_TAGS, tags),
        check: collectedByIds?.length === 0 ? areUncollected : undefined,
      },
      page,
    );
    return { items: items.map(([, id, document]) => ({ id, document })), ...rest };
  }

  async find(id: string): Promise<SourceDocument | undefined> {
    const where = and([eq('id', id), this.#access.visible]);
    const { rows } = await this.#reader.select({ table: SOURCES, columns: ['document'], where });
    const row = rows[0];
    return row === undefined ? this.notInView(id) : { id, document: row[0] };
  }

  protected notInView(id: string): Promise<undefined> {
    return checkUnreachable(this.#access, `source ${id}`, async (within) => {
      const where = and([eq('id', id), within]);
      return (await this.#reader.select({ table: SOURCES, columns: ['id'], where })).rows.length > 0;
    });
  }
}

/** In the order of SORT_COLUMNS. */
export const sourceSortCells = ({ id, created, updated, label }: Source) => sortCells({ id, created, updated, label });

/** In the order of `sourceCells`. */
export const SOURCE_COLUMNS = ['id', 'format', 'label', ACCESS_COLUMN, ...SORT_COLUMNS, 'document'] as const;

export const sourceCells = (source: Source): CellsOf<RowOf<typeof SOURCES>, typeof SOURCE_COLUMNS> => [
  source.id,
  source.format,
  source.label ?? null,
  accessCell(source.tags),
  ...sourceSortCells(source),
  toJson(source),
];

export class SourceRepository extends SourceReader {
  readonly #tx: ManagedTransaction;
  readonly #access: Access;

  constructor(tx: ManagedTransaction, access: Access) {
    super(tx, access);
    this.#tx = tx;
    this.#access = access;
  }

  async state(id: string): Promise<SourceState | undefined> {
    const { rows, rowIds } = await this.#tx.select({
      table: SOURCES,
      columns: ['document'],
      where: and([eq('id', id), this.#access.visible]),
      rowIds: true,
    });
    const row = rows[0];
    if (row === undefined) return this.notInView(id);
    return { source: fromJson(row[0]), handle: toHandle(rowIds[0]) };
  }

  /** The classes with access to the source; undefined if there is no such source, or no limited principal sees it. */
  async accessOf(id: string): Promise<AccessClasses | undefined> {
    const where = and([eq('id', id), this.#access.visible]);
    const { rows } = await this.#tx.select({ table: SOURCES, columns: [ACCESS_COLUMN], where });
    return classesOfCell(rows[0]?.[0]);
  }

  /** The format of any source, in this view or not. */
  async format(id: string): Promise<FormatUrn | undefined> {
    const { rows } = await this.#tx.select({ table: SOURCES, columns: ['format'], where: eq('id', id) });
    return rows[0]?.[0];
  }

  /** Whether a source has this id that is not in this view. */
  async isHidden(id: string): Promise<boolean> {
    const { classes } = this.#access;
    if (classes === undefined) return false;
    return (await this.format(id)) !== undefined && (await this.find(id)) === undefined;
  }

  async insert(source: Source): Promise<void> {
    checkStaysVisible(this.#access, source.tags);
    const created = BigInt(Date.parse(source.created ?? '')) * 1_000_000n;
    await this.#tx.insertArrays(SOURCES, [...SOURCE_COLUMNS, 'created_ns'], [[...sourceCells(source), created]]);
    await insertTags(this.#tx, SOURCE_TAGS, source.id, source.tags ?? {});
  }

  /** `present` is the source as it is kept: only what differs from it is written. */
  async replace(handle: RowHandle, present: Source, source: Source): Promise<void> {
    checkTagChange(this.#access, present.tags, source.tags);
    await this.#tx.updateByRowIds(SOURCES, [toRowId(handle)], SOURCE_COLUMNS, [sourceCells(source)]);
    const tags = { before: present.tags ?? {}, after: source.tags ?? {} };
    await replaceTags(this.#tx, SOURCE_TAGS, source.id, tags);
  }

  async remove(id: string): Promise<void> {
    await this.#tx.delete(SOURCES, eq('id', id));
    await removeTags(this.#tx, SOURCE_TAGS, id);
  }
}
