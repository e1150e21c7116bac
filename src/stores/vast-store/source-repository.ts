import type { SourceFilter } from '../../domain/filters.ts';
import type { FormatUrn } from '../../domain/format.ts';
import type { Page, PageRequest } from '../../domain/paging.ts';
import type { Source } from '../../domain/source.ts';
import type { RowHandle, SourceDocument, SourceReads, Sources, SourceState } from '../../domain/store.ts';
import type { Cell } from '../../vastdb/engine.ts';
import { and, eq } from '../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { type Access, ACCESS_COLUMN, accessCell, checkStaysVisible } from './access.ts';
import type { TableReads } from './table-access.ts';
import { toPage } from './keyset-page.ts';
import { afterCreation, BY_CREATION, CREATION } from './listing-order.ts';
import { toHandle, toRowId } from './row-handle.ts';
import { SOURCE_TAGS, SOURCES } from './tables.ts';
import { insertTags, removeTags, tagTerms } from './tag-index.ts';

export class SourceReader implements SourceReads {
  readonly #reader: TableReads;
  readonly #visible: Predicate;

  constructor(reader: TableReads, { visible }: Access) {
    this.#reader = reader;
    this.#visible = visible;
  }

  async list(filter: SourceFilter, page: PageRequest): Promise<Page<SourceDocument>> {
    const terms: Predicate[] = [this.#visible, ...tagTerms(SOURCE_TAGS.name, filter.tags)];
    if (filter.label !== undefined) terms.push(eq('label', filter.label));
    if (filter.format !== undefined) terms.push(eq('format', filter.format));
    const { rows } = await this.#reader.select({
      table: SOURCES.name,
      columns: ['created_ns', 'id', 'document'],
      where: and([...terms, ...afterCreation(page.after)]),
      orderBy: BY_CREATION,
      limit: page.limit + 1,
      timeline: CREATION,
    });
    return toPage(
      rows as [bigint, string, string][],
      page.limit,
      ([, id, document]) => ({ id, document }),
      ([created, id]) => [created, id],
    );
  }

  async find(id: string): Promise<SourceDocument | undefined> {
    const where = and([eq('id', id), this.#visible]);
    const { rows } = await this.#reader.select({ table: SOURCES.name, columns: ['document'], where });
    const row = rows[0];
    return row === undefined ? undefined : { id, document: row[0] as string };
  }
}

/** In the order of `sourceCells`. */
export const SOURCE_COLUMNS = ['id', 'format', 'label', ACCESS_COLUMN, 'document'] as const;

export const sourceCells = (source: Source): Cell[] => [
  source.id,
  source.format,
  source.label ?? null,
  accessCell(source.tags),
  JSON.stringify(source),
];

export class SourceRepository extends SourceReader implements Sources {
  readonly #tx: ManagedTransaction;
  readonly #access: Access;

  constructor(tx: ManagedTransaction, access: Access) {
    super(tx, access);
    this.#tx = tx;
    this.#access = access;
  }

  async state(id: string): Promise<SourceState | undefined> {
    const { rows, rowIds } = await this.#tx.select({
      table: SOURCES.name,
      columns: ['document'],
      where: and([eq('id', id), this.#access.visible]),
      rowIds: true,
    });
    const row = rows[0];
    if (row === undefined) return undefined;
    return { source: JSON.parse(row[0] as string) as Source, handle: toHandle(rowIds[0]) };
  }

  async format(id: string): Promise<FormatUrn | undefined> {
    const { rows } = await this.#tx.select({ table: SOURCES.name, columns: ['format'], where: eq('id', id) });
    return rows[0]?.[0] as FormatUrn | undefined;
  }

  async isHidden(id: string): Promise<boolean> {
    if (this.#access.classes === undefined) return false;
    return (await this.format(id)) !== undefined && (await this.find(id)) === undefined;
  }

  async insert(source: Source): Promise<void> {
    checkStaysVisible(this.#access, source.tags);
    const created = BigInt(Date.parse(source.created ?? '')) * 1_000_000n;
    await this.#tx.insertArrays(SOURCES.name, [...SOURCE_COLUMNS, 'created_ns'], [[...sourceCells(source), created]]);
    await insertTags(this.#tx, SOURCE_TAGS.name, source.id, source.tags ?? {});
  }

  async replace(handle: RowHandle, source: Source): Promise<void> {
    checkStaysVisible(this.#access, source.tags);
    await this.#tx.updateByRowIds(SOURCES.name, [toRowId(handle)], SOURCE_COLUMNS, [sourceCells(source)]);
    await removeTags(this.#tx, SOURCE_TAGS.name, source.id);
    await insertTags(this.#tx, SOURCE_TAGS.name, source.id, source.tags ?? {});
  }

  async remove(id: string): Promise<void> {
    await this.#tx.delete(SOURCES.name, eq('id', id));
    await removeTags(this.#tx, SOURCE_TAGS.name, id);
  }
}
