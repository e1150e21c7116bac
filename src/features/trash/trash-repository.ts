import type { Deletion, LivingFlow, Membership, PlacedSegment } from '../../tams/deletion/deletion.ts';
import type { DeletedFlow, DeletedSegment, DeletedSource, PurgeSelection, RestoreSelection } from './trash.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { and, eq, eqIfGiven, gte, isIn, isNotNull, isNull, lt, lte, or } from '../../vastdb/predicate/builder.ts';
import type { Condition, Predicate, Where } from '../../vastdb/predicate/predicate.ts';
import type { RowOf } from '../../vastdb/schema/define-table.ts';
import { fromJson, toJson } from '../../shared/json-text.ts';
import { SEGMENT_COLUMNS, toSegment } from '../../tams/segments/segment-row.ts';
import { type RowHandle, toHandle, toRowId } from '../../tams/table-access.ts';
import { FLOWS } from '../../tams/flows/flow-tables.ts';
import { SEGMENTS } from '../../tams/segments/segment-tables.ts';
import { SOURCES } from '../../tams/sources/source-tables.ts';
import { deletionCells, toDeletion, TrashReader } from './trash-reader.ts';
import { DELETED_FLOWS, DELETED_SEGMENTS, DELETED_SOURCES, DELETION_COLUMNS } from './trash-tables.ts';
import type { StoreTransaction } from '../../tams/vast-store.ts';

const LATEST_FIRST = [{ column: 'deleted_ms', direction: 'desc' }] as const;

export class TrashRepository extends TrashReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  /** To be called before the flow goes. No restore of the flow goes on after it. */
  async addFlow(flowId: string, memberships: readonly Membership[], deletion: Deletion): Promise<void> {
    await this.#tx.update(DELETED_FLOWS, and([eq('id', flowId), isNotNull('resume_ns')]), { resume_ns: null });
    const where = eq('id', flowId);
    const { rows } = await this.#tx.select({ table: FLOWS, columns: ['life', 'source_id', 'document'], where });
    const [life, sourceId, document] = onlyRow(rows, flowId);
    await this.#tx.insertArrays(
      DELETED_FLOWS,
      ['id', 'life', 'source_id', ...DELETION_COLUMNS, 'memberships', 'document'],
      [[flowId, life, sourceId, ...deletionCells(deletion), toJson(memberships), document]],
    );
  }

  /** To be called before the source goes. */
  async addSource(sourceId: string, deletion: Deletion): Promise<void> {
    const where = eq('id', sourceId);
    const { rows } = await this.#tx.select({ table: SOURCES, columns: ['document'], where });
    const [document] = onlyRow(rows, sourceId);
    await this.#tx.insertArrays(
      DELETED_SOURCES,
      ['id', ...DELETION_COLUMNS, 'document'],
      [[sourceId, ...deletionCells(deletion), document]],
    );
  }

  /** To be called before the segments go: `selectForDeletion` picked them, in this transaction. */
  async addSegments(flow: LivingFlow, segments: readonly PlacedSegment[], deletion: Deletion): Promise<void> {
    const [first, last] = [segments[0], segments.at(-1)];
    if (first === undefined || last === undefined) return;
    // They are all that lies between the first and the last or, where one object was asked for, all of that object.
    const isOfOneObject = segments.every(({ objectId }) => objectId === first.objectId);
    const { rows } = await this.#tx.select({
      table: SEGMENTS,
      columns: SEGMENT_COLUMNS,
      where: and([
        eq('flow_id', flow.id),
        gte('start_ns', first.startNs),
        lte('start_ns', last.startNs),
        ...(isOfOneObject ? [eq('object_id', first.objectId)] : []),
      ]),
    });
    // Segments that are not moved would be lost: better not to delete anything.
    if (rows.length !== segments.length) {
      throw new Error(`${segments.length} segments are to be deleted, and ${rows.length} were found`);
    }
    const cells = [...deletionCells(deletion), flow.life] as const;
    await this.#tx.insertArrays(
      DELETED_SEGMENTS,
      [...SEGMENT_COLUMNS, ...DELETION_COLUMNS, 'life'],
      rows.map((row) => [...row, ...cells] as const),
    );
  }

  /** If a flow was deleted several times: the deletion that is being restored, else the latest. */
  async findFlow(flowId: string, deletionId: string | undefined): Promise<DeletedFlow | undefined> {
    const flows = await this.#flows([eq('id', flowId), ...eqIfGiven('deletion_id', deletionId)]);
    return flows.find(({ resumeNs }) => resumeNs !== null) ?? flows[0];
  }

  /** The flow that a deletion took. */
  async flowOf(deletionId: string): Promise<DeletedFlow | undefined> {
    return (await this.#flows([eq('deletion_id', deletionId)]))[0];
  }

  /** All deletions of a source, the latest first. */
  async findSources(sourceId: string): Promise<DeletedSource[]> {
    const { rows, rowIds } = await this.#tx.select({
      table: DELETED_SOURCES,
      columns: ['document', ...DELETION_COLUMNS],
      where: eq('id', sourceId),
      orderBy: LATEST_FIRST,
      rowIds: true,
    });
    return rows.map(([document, ...deletion], index) => ({
      document,
      deletion: toDeletion(deletion),
      handle: toHandle(rowIds[index]),
    }));
  }

  /** Those of this life of the flow, in order of time, and of those that begin together the one deleted last first. */
  async selectForRestore(flow: LivingFlow, selection: RestoreSelection, limit: number): Promise<DeletedSegment[]> {
    const { deletionId, startNs, endNs } = selection;
    const terms: Where<DeletedSegmentRow>[] = [
      eq('flow_id', flow.id),
      ofLife(flow),
      ...eqIfGiven('deletion_id', deletionId),
    ];
    if (startNs !== null) terms.push(gte('start_ns', startNs));
    // The first of the two bounds lets the engine stop reading at the end of the range.
    if (endNs !== null) terms.push(lt('start_ns', endNs), lte('end_ns', endNs));
    const { rows, rowIds } = await this.#tx.select({
      table: DELETED_SEGMENTS,
      columns: [...SEGMENT_COLUMNS, ...DELETION_COLUMNS],
      where: and(terms),
      orderBy: [{ column: 'start_ns', direction: 'asc' }, ...LATEST_FIRST],
      limit,
      timeline: { column: 'start_ns' },
      rowIds: true,
    });
    return rows.map(([a, b, c, d, e, f, g, h, ...deletion], index) => ({
      ...toSegment([a, b, c, d, e, f, g, h]),
      deletion: toDeletion(deletion),
      handle: toHandle(rowIds[index]),
    }));
  }

  async setResume(handle: RowHandle, resumeNs: bigint): Promise<void> {
    await this.#tx.updateByRowIds(DELETED_FLOWS, [toRowId(handle)], ['resume_ns'], [[resumeNs]]);
  }

  async removeFlow(handle: RowHandle): Promise<void> {
    await this.#tx.deleteByRowIds(DELETED_FLOWS, [toRowId(handle)]);
  }

  async removeSource(handle: RowHandle): Promise<void> {
    await this.#tx.deleteByRowIds(DELETED_SOURCES, [toRowId(handle)]);
  }

  async removeSegments(handles: readonly RowHandle[]): Promise<void> {
    if (handles.length > 0) await this.#tx.deleteByRowIds(DELETED_SEGMENTS, handles.map(toRowId));
  }

  async selectForPurge(
    selection: PurgeSelection,
    limit: number,
  ): Promise<{ readonly objectId: string; readonly handle: RowHandle }[]> {
    const { rows, rowIds } = await this.#tx.select({
      table: DELETED_SEGMENTS,
      columns: ['object_id'],
      where: selected(selection),
      limit,
      rowIds: true,
    });
    return rows.map(([objectId], index) => ({ objectId, handle: toHandle(rowIds[index]) }));
  }

  /** How many went. */
  purgeFlows(selection: PurgeSelection, limit: number): Promise<number> {
    return this.#tx.delete(DELETED_FLOWS, selected(selection), { limit });
  }

  /** How many went. */
  purgeSources(selection: PurgeSelection, limit: number): Promise<number> {
    return this.#tx.delete(DELETED_SOURCES, selected(selection), { limit });
  }

  /** Those of the objects that any segment in the trash uses. */
  async usedObjects(objectIds: readonly string[]): Promise<Set<string>> {
    if (objectIds.length === 0) return new Set();
    const { rows } = await this.#tx.select({
      table: DELETED_SEGMENTS,
      columns: ['object_id'],
      where: isIn('object_id', objectIds),
      distinct: true,
    });
    return new Set(rows.map(([id]) => id));
  }

  /** The latest first. */
  async #flows(terms: readonly Where<RowOf<typeof DELETED_FLOWS>>[]): Promise<DeletedFlow[]> {
    const { rows, rowIds } = await this.#tx.select({
      table: DELETED_FLOWS,
      columns: ['id', 'life', 'document', 'memberships', 'resume_ns', ...DELETION_COLUMNS],
      where: and(terms),
      orderBy: LATEST_FIRST,
      rowIds: true,
    });
    return rows.map(([id, life, document, memberships, resumeNs, ...deletion], index) => ({
      id,
      life: life ?? id,
      document,
      memberships: fromJson(memberships),
      resumeNs,
      deletion: toDeletion(deletion),
      handle: toHandle(rowIds[index]),
    }));
  }
}

/** The trash, in the transaction of a change of TAMS. */
export const trashOf = (tx: StoreTransaction): TrashRepository => new TrashRepository(tx.rows);

type DeletedSegmentRow = RowOf<typeof DELETED_SEGMENTS>;

function onlyRow<Cells>([row]: readonly Cells[], id: string): Cells {
  if (row === undefined) throw new Error(`${id}, which is to be deleted, is not there`);
  return row;
}

/** Rows that are older than the column are of the life that their flow's id stands for. */
const ofLife = ({ id, life }: LivingFlow): Where<DeletedSegmentRow> =>
  life === id ? or([isNull('life'), eq('life', life)]) : eq('life', life);

const selected = (
  selection: PurgeSelection,
): Predicate<Condition<'deletion_id', string> | Condition<'deleted_ms', bigint>> =>
  'deletionId' in selection ? eq('deletion_id', selection.deletionId) : lte('deleted_ms', BigInt(selection.untilMs));
