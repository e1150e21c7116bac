import { randomBytes, randomUUID } from 'node:crypto';
import type { AccessClasses } from '../access/access-classes.ts';
import type { FlowFilter } from '../documents/filters.ts';
import type { TagFilter } from '../documents/tags.ts';
import type { Flow } from './flow.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import { and, eq, isIn } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import { ownersIn } from '../../vastdb/query/listing.ts';
import {
  type Access,
  ACCESS_COLUMN,
  checkStaysVisible,
  checkTagChange,
  checkUnreachable,
  classesOfCell,
} from '../access/access.ts';
import { type RowHandle, type TableReads, toRowId } from '../table-access.ts';
import { insertMembers, removeEdgesOf, replaceMembers } from './collection-repository.ts';
import { COLLECTED_BY, listFlows, withVisibleCollectors } from './flow-listing.ts';
import {
  CONTENT_COLUMNS,
  contentCells,
  METADATA_COLUMNS,
  metadataCells,
  NOT_DELETING,
  STATE_COLUMNS,
  toFlowState,
} from './flow-row.ts';
import { BY_CREATION } from '../documents/listing-order.ts';
import { type SegmentNumbers, writeNumbers } from '../segments/segment-numbers.ts';
import { FLOW_TAGS, type FlowRow, FLOWS } from './flow-tables.ts';
import { insertTags, removeTags, replaceTags, tagTerms } from '../documents/tag-index.ts';
import type { FlowContent, FlowDocument, FlowState } from './flow-state.ts';

/**
 * Flows that are being deleted are invisible to everything here but `deletingState`, and those that a limited view does
 * not have to everything but `hasFlows`.
 */
export class FlowReader {
  readonly #reader: TableReads;
  readonly #access: Access;
  /** The flows of the view that are not being deleted. */
  readonly #visible: Where<FlowRow>;

  constructor(reader: TableReads, access: Access) {
    this.#reader = reader;
    this.#access = access;
    this.#visible = and([NOT_DELETING, access.visible]);
  }

  list(filter: FlowFilter, page: PageRequest): Promise<Page<FlowDocument>> {
    return listFlows(this.#reader, this.#access, filter, page);
  }

  async find(id: string): Promise<FlowDocument | undefined> {
    const { rows } = await this.#reader.select({
      table: FLOWS,
      columns: ['document', 'segments_updated'],
      lookups: COLLECTED_BY,
      where: and([eq('id', id), this.#visible]),
    });
    const row = rows[0];
    if (row === undefined) return this.#notInView(id);
    const [document, segmentsUpdated, collectedBy] = row;
    const flow = { id, document, segmentsUpdated, collectedBy };
    if (this.#access.classes === undefined) return flow;
    const [shown] = await withVisibleCollectors(this.#reader, this.#access, [flow]);
    return shown;
  }

  /** Undefined where there is no such flow. */
  async segmentsVersion(id: string): Promise<bigint | undefined> {
    const where = and([eq('id', id), this.#visible]);
    const { rows } = await this.#reader.select({ table: FLOWS, columns: ['segments_version'], where });
    return rows[0] === undefined ? this.#notInView(id) : rows[0][0];
  }

  state(id: string): Promise<FlowState | undefined> {
    return this.stateOf(id, false);
  }

  /** Those that are there, in no order. */
  async states(ids: readonly string[]): Promise<FlowState[]> {
    if (ids.length === 0) return [];
    const where = and([isIn('id', ids), this.#visible]);
    const { rows, rowIds } = await this.#reader.select({ table: FLOWS, columns: STATE_COLUMNS, where, rowIds: true });
    return rows.map((row, index) => toFlowState(row, rowIds[index]));
  }

  /** @param tags of the flows */
  async existing(ids: readonly string[], tags?: TagFilter): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const terms = tags === undefined ? [] : tagTerms(FLOW_TAGS, tags).map((term) => ownersIn(term, ids));
    const where = and([isIn('id', ids), this.#visible, ...terms]);
    const { rows } = await this.#reader.select({ table: FLOWS, columns: ['id'], where });
    return new Set(rows.map(([id]) => id));
  }

  /** The sources of these flows, by flow id. */
  async sourcesOf(ids: readonly string[]): Promise<Map<string, string>> {
    return this.#sourceByFlow('id', ids);
  }

  /** The flows of these sources, the first `limit` of them, as flow id -> source id. */
  async ofSources(sourceIds: readonly string[], limit: number): Promise<Map<string, string>> {
    return this.#sourceByFlow('source_id', sourceIds, limit);
  }

  protected async stateOf(id: string, deleting: boolean): Promise<FlowState | undefined> {
    const { rows, rowIds } = await this.#reader.select({
      table: FLOWS,
      columns: STATE_COLUMNS,
      where: and([eq('id', id), eq('deleting', deleting), this.#access.visible]),
      rowIds: true,
    });
    const row = rows[0];
    if (row !== undefined) return toFlowState(row, rowIds[0]);
    return deleting ? undefined : this.#notInView(id);
  }

  #notInView(id: string): Promise<undefined> {
    return checkUnreachable(this.#access, `flow ${id}`, async (within) => {
      const where = and([eq('id', id), NOT_DELETING, within]);
      return (await this.#reader.select({ table: FLOWS, columns: ['id'], where })).rows.length > 0;
    });
  }

  async #sourceByFlow(
    column: 'id' | 'source_id',
    values: readonly string[],
    limit?: number,
  ): Promise<Map<string, string>> {
    if (values.length === 0) return new Map();
    const { rows } = await this.#reader.select({
      table: FLOWS,
      columns: ['id', 'source_id'],
      where: and([isIn(column, values), this.#visible]),
      // The first of a source stay the first when others come.
      orderBy: limit === undefined ? undefined : [{ column: 'source_id', direction: 'asc' }, ...BY_CREATION],
      limit,
    });
    return new Map(rows);
  }
}

/** A flow as it was read, and what its segments make of it now. */
interface ContentChange {
  readonly flow: FlowState;
  readonly content: FlowContent | null;
  readonly numbers: SegmentNumbers;
}

/** Flows in a transaction: reads see what it has written. All times of rows are UTC, RFC 3339. */
export class FlowRepository extends FlowReader {
  readonly #tx: ManagedTransaction;
  readonly #access: Access;

  constructor(tx: ManagedTransaction, access: Access) {
    super(tx, access);
    this.#tx = tx;
    this.#access = access;
  }

  /** Whether a flow has this id that is not in this view. */
  async isHidden(id: string): Promise<boolean> {
    const { classes } = this.#access;
    if (classes === undefined) return false;
    const columns = ['id'] as const;
    const present = await this.#tx.select({ table: FLOWS, columns, where: eq('id', id) });
    if (present.rows.length === 0) return false;
    const where = and([eq('id', id), this.#access.visible]);
    return (await this.#tx.select({ table: FLOWS, columns, where })).rows.length === 0;
  }

  /** @param life of a flow that is restored; any other begins a new one. */
  async insert(flow: Flow, life: string = randomUUID()): Promise<void> {
    checkStaysVisible(this.#access, flow.tags);
    await this.#tx.lock([`flow:${flow.id}`, sourceLock(flow.source_id)]);
    const columns = [
      ...METADATA_COLUMNS,
      'life',
      'created_ns',
      'deleting',
      'active_deletions',
      'segments_version',
    ] as const;
    const created = BigInt(Date.parse(flow.created ?? '')) * 1_000_000n;
    await this.#tx.insertArrays(FLOWS, columns, [
      [...metadataCells(flow), life, created, false, 0, firstSegmentsVersion()],
    ]);
    await insertTags(this.#tx, FLOW_TAGS, flow.id, flow.tags ?? {});
    await insertMembers(this.#tx, flow.id, flow.flow_collection ?? []);
  }

  /** `present` is the flow as it is kept: only what differs from it is written. */
  async replace(state: FlowState, present: Flow, flow: Flow): Promise<void> {
    checkTagChange(this.#access, present.tags, flow.tags);
    if (flow.source_id !== state.sourceId) await this.#tx.lock([sourceLock(flow.source_id)]);
    await this.#tx.updateByRowIds(FLOWS, [toRowId(state.handle)], METADATA_COLUMNS, [metadataCells(flow)]);
    const tags = { before: present.tags ?? {}, after: flow.tags ?? {} };
    await replaceTags(this.#tx, FLOW_TAGS, flow.id, tags);
    const members = { before: present.flow_collection ?? [], after: flow.flow_collection ?? [] };
    await replaceMembers(this.#tx, flow.id, members);
  }

  /** The classes with access to the flow; undefined if there is no such flow, or no limited principal sees it. */
  async accessOf(id: string): Promise<AccessClasses | undefined> {
    const where = and([eq('id', id), NOT_DELETING, this.#access.visible]);
    const { rows } = await this.#tx.select({ table: FLOWS, columns: [ACCESS_COLUMN], where });
    return classesOfCell(rows[0]?.[0]);
  }

  /** After a change of segments: also gives them a new version. */
  setContent(flow: FlowState, content: FlowContent | null, updated: string, numbers: SegmentNumbers): Promise<void> {
    return this.setContents([{ flow, content, numbers }], updated);
  }

  /** As `setContent`, of several flows. */
  async setContents(changes: readonly ContentChange[], segmentsUpdated: string): Promise<void> {
    const rowIds = changes.map(({ flow }) => toRowId(flow.handle));
    const rows = changes.map(({ flow, content, numbers }) => {
      const version = flow.segmentsVersion + 1n;
      return [...contentCells(content), segmentsUpdated, version, writeNumbers(numbers)] as const;
    });
    await this.#tx.updateByRowIds(FLOWS, rowIds, SEGMENTED_COLUMNS, rows);
  }

  async setActiveDeletions(handle: RowHandle, count: number): Promise<void> {
    await this.#tx.updateByRowIds(FLOWS, [toRowId(handle)], ['active_deletions'], [[count]]);
  }

  /** Hides the flow from everyone until its segments are gone. */
  async markDeleting(flow: FlowState): Promise<void> {
    await this.#removeIndexRows(flow.id);
    await this.#tx.updateByRowIds(FLOWS, [toRowId(flow.handle)], ['deleting'], [[true]]);
  }

  deletingState(id: string): Promise<FlowState | undefined> {
    return this.stateOf(id, true);
  }

  async remove(flow: FlowState): Promise<void> {
    await this.#removeIndexRows(flow.id);
    await this.#tx.deleteByRowIds(FLOWS, [toRowId(flow.handle)]);
  }

  /** The answer stays true until this transaction ends. */
  async hasFlows(sourceId: string): Promise<boolean> {
    await this.#tx.lock([sourceLock(sourceId)]);
    const { rows } = await this.#tx.select({
      table: FLOWS,
      columns: ['id'],
      where: and([eq('source_id', sourceId), NOT_DELETING]),
      limit: 1,
    });
    return rows.length > 0;
  }

  async #removeIndexRows(id: string): Promise<void> {
    await removeTags(this.#tx, FLOW_TAGS, id);
    await removeEdgesOf(this.#tx, id);
  }
}

/** Columns that a change of segments sets. */
const SEGMENTED_COLUMNS = [...CONTENT_COLUMNS, 'segments_updated', 'segments_version', 'segment_numbers'] as const;

/** Locked to add a flow to a source, and to check whether the source has flows left. */
const sourceLock = (sourceId: string): string => `source:${sourceId}`;

/**
 * Random, and far from the end of int64: a flow that is made under the id of a deleted one must not have versions that
 * the deleted one had, or what was kept of it would be taken for current.
 */
const firstSegmentsVersion = (): bigint => BigInt.asIntN(62, randomBytes(8).readBigInt64BE());
