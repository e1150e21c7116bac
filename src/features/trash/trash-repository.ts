import type { Deletion, LivingFlow, Membership, PlacedSegment } from '../../tams/deletion/deletion.ts';
import type { StoreTransaction } from '../../tams/store.ts';
import type { RowHandle } from '../../tams/row-handle.ts';
import type { DeletedFlow, DeletedSegment, DeletedSource, PurgeSelection, RestoreSelection } from './trash.ts';
import type { Cell } from '../../vastdb/engine.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { and, eq, gte, isIn, isNotNull, isNull, lt, lte, or } from '../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';
import { toHandle, toRowId } from '../../tams/row-handles.ts';
import { FLOWS, SEGMENTS, SOURCES } from '../../tams/tables.ts';
import { DELETION_COLUMNS, type DeletionCells, deletionCells, equal, toDeletion, TrashReader } from './trash-reader.ts';
import { DELETED_FLOWS, DELETED_SEGMENTS, DELETED_SOURCES } from './trash-tables.ts';

/** The columns of a segment in both tables. */
const SEGMENT_COLUMNS = [
  'flow_id',
  'start_ns',
  'end_ns',
  'object_id',
  'locations',
  'external_urls',
  'fragment',
] as const;
type SegmentCells = [string, bigint, bigint, string, string | null, string | null, string];

const LATEST_FIRST = [{ column: 'deleted_ms', direction: 'desc' }] as const;

export class TrashRepository extends TrashReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  /** To be called before the flow goes. No restore of the flow goes on after it. */
  async addFlow(flowId: string, memberships: readonly Membership[], deletion: Deletion): Promise<void> {
    await this.#tx.update(DELETED_FLOWS.name, and([eq('id', flowId), isNotNull('resume_ns')]), { resume_ns: null });
    const [life, sourceId, document] = await this.#onlyRow(FLOWS.name, ['life', 'source_id', 'document'], flowId);
    const columns = ['id', 'life', 'source_id', ...DELETION_COLUMNS, 'resume_ns', 'memberships', 'document'];
    const cells = [flowId, life, sourceId, ...deletionCells(deletion), null, JSON.stringify(memberships), document];
    await this.#tx.insertArrays(DELETED_FLOWS.name, columns, [cells as Cell[]]);
  }

  /** To be called before the source goes. */
  async addSource(sourceId: string, deletion: Deletion): Promise<void> {
    const [document] = await this.#onlyRow(SOURCES.name, ['document'], sourceId);
    const cells = [sourceId, ...deletionCells(deletion), document];
    await this.#tx.insertArrays(DELETED_SOURCES.name, ['id', ...DELETION_COLUMNS, 'document'], [cells as Cell[]]);
  }

  /** To be called before the segments go: `selectForDeletion` picked them, in this transaction. */
  async addSegments(flow: LivingFlow, segments: readonly PlacedSegment[], deletion: Deletion): Promise<void> {
    const [first, last] = [segments[0], segments.at(-1)];
    if (first === undefined || last === undefined) return;
    // They are all that lies between the first and the last or, where one object was asked for, all of that object.
    const isOfOneObject = segments.every(({ objectId }) => objectId === first.objectId);
    const { rows } = await this.#tx.select({
      table: SEGMENTS.name,
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
    const cells = [...deletionCells(deletion), flow.life];
    await this.#tx.insertArrays(
      DELETED_SEGMENTS.name,
      [...SEGMENT_COLUMNS, ...DELETION_COLUMNS, 'life'],
      rows.map((row) => [...row, ...cells]),
    );
  }

  /** If a flow was deleted several times: the deletion that is being restored, else the latest. */
  async findFlow(flowId: string, deletionId: string | undefined): Promise<DeletedFlow | undefined> {
    const flows = await this.#flows([eq('id', flowId), ...equal('deletion_id', deletionId)]);
    return flows.find(({ resumeNs }) => resumeNs !== null) ?? flows[0];
  }

  /** The flow that a deletion took. */
  async flowOf(deletionId: string): Promise<DeletedFlow | undefined> {
    return (await this.#flows([eq('deletion_id', deletionId)]))[0];
  }

  /** All deletions of a source, the latest first. */
  async findSources(sourceId: string): Promise<DeletedSource[]> {
    const { rows, rowIds } = await this.#tx.select({
      table: DELETED_SOURCES.name,
      columns: ['document', ...DELETION_COLUMNS],
      where: eq('id', sourceId),
      orderBy: LATEST_FIRST,
      rowIds: true,
    });
    return (rows as [string, ...DeletionCells][]).map(([document, ...deletion], index) => ({
      document,
      deletion: toDeletion(deletion),
      handle: toHandle(rowIds[index]),
    }));
  }

  /** Those of this life of the flow, in order of time, and of those that begin together the one deleted last first. */
  async selectForRestore(flow: LivingFlow, selection: RestoreSelection, limit: number): Promise<DeletedSegment[]> {
    const { deletionId, startNs, endNs } = selection;
    const terms: Predicate[] = [eq('flow_id', flow.id), ofLife(flow), ...equal('deletion_id', deletionId)];
    if (startNs !== null) terms.push(gte('start_ns', startNs));
    // The first of the two bounds lets the engine stop reading at the end of the range.
    if (endNs !== null) terms.push(lt('start_ns', endNs), lte('end_ns', endNs));
    const { rows, rowIds } = await this.#tx.select({
      table: DELETED_SEGMENTS.name,
      columns: [...SEGMENT_COLUMNS, ...DELETION_COLUMNS],
      where: and(terms),
      orderBy: [{ column: 'start_ns', direction: 'asc' }, ...LATEST_FIRST],
      limit,
      timeline: { column: 'start_ns' },
      rowIds: true,
    });
    return (rows as [...SegmentCells, ...DeletionCells][]).map((row, index) => {
      const [, start, end, objectId, locations, externalUrls, fragment, ...deletion] = row;
      return {
        startNs: start,
        endNs: end,
        objectId,
        locations,
        externalUrls,
        fragment,
        deletion: toDeletion(deletion),
        handle: toHandle(rowIds[index]),
      };
    });
  }

  async setResume(handle: RowHandle, resumeNs: bigint): Promise<void> {
    await this.#tx.updateByRowIds(DELETED_FLOWS.name, [toRowId(handle)], ['resume_ns'], [[resumeNs]]);
  }

  async removeFlow(handle: RowHandle): Promise<void> {
    await this.#tx.deleteByRowIds(DELETED_FLOWS.name, [toRowId(handle)]);
  }

  async removeSource(handle: RowHandle): Promise<void> {
    await this.#tx.deleteByRowIds(DELETED_SOURCES.name, [toRowId(handle)]);
  }

  async removeSegments(handles: readonly RowHandle[]): Promise<void> {
    if (handles.length > 0) await this.#tx.deleteByRowIds(DELETED_SEGMENTS.name, handles.map(toRowId));
  }

  async selectForPurge(
    selection: PurgeSelection,
    limit: number,
  ): Promise<{ readonly objectId: string; readonly handle: RowHandle }[]> {
    const { rows, rowIds } = await this.#tx.select({
      table: DELETED_SEGMENTS.name,
      columns: ['object_id'],
      where: selected(selection),
      limit,
      rowIds: true,
    });
    return rows.map((row, index) => ({ objectId: row[0] as string, handle: toHandle(rowIds[index]) }));
  }

  /** How many went. */
  purgeFlows(selection: PurgeSelection, limit: number): Promise<number> {
    return this.#tx.delete(DELETED_FLOWS.name, selected(selection), { limit });
  }

  /** How many went. */
  purgeSources(selection: PurgeSelection, limit: number): Promise<number> {
    return this.#tx.delete(DELETED_SOURCES.name, selected(selection), { limit });
  }

  /** Those of the objects that any segment in the trash uses. */
  async usedObjects(objectIds: readonly string[]): Promise<Set<string>> {
    if (objectIds.length === 0) return new Set();
    const { rows } = await this.#tx.select({
      table: DELETED_SEGMENTS.name,
      columns: ['object_id'],
      where: isIn('object_id', objectIds),
      distinct: true,
    });
    return new Set(rows.map((row) => row[0] as string));
  }

  /** The latest first. */
  async #flows(terms: readonly Predicate[]): Promise<DeletedFlow[]> {
    const { rows, rowIds } = await this.#tx.select({
      table: DELETED_FLOWS.name,
      columns: ['id', 'life', 'document', 'memberships', 'resume_ns', ...DELETION_COLUMNS],
      where: and(terms),
      orderBy: LATEST_FIRST,
      rowIds: true,
    });
    return (rows as [string, string | null, string, string, bigint | null, ...DeletionCells][]).map((row, index) => {
      const [id, life, document, memberships, resumeNs, ...deletion] = row;
      return {
        id,
        life: life ?? id,
        document,
        memberships: JSON.parse(memberships) as Membership[],
        resumeNs,
        deletion: toDeletion(deletion),
        handle: toHandle(rowIds[index]),
      };
    });
  }

  async #onlyRow(table: string, columns: readonly string[], id: string): Promise<Cell[]> {
    const { rows } = await this.#tx.select({ table, columns, where: eq('id', id) });
    if (rows[0] === undefined) throw new Error(`${id}, which is to be deleted, is not in ${table}`);
    return rows[0];
  }
}

/** The trash, in the transaction of a change of TAMS. */
export const trashOf = (tx: StoreTransaction): TrashRepository => new TrashRepository(tx.rows);

/** Rows that are older than the column are of the life that their flow's id stands for. */
const ofLife = ({ id, life }: LivingFlow): Predicate =>
  life === id ? or([isNull('life'), eq('life', life)]) : eq('life', life);

const selected = (selection: PurgeSelection): Predicate =>
  'deletionId' in selection ? eq('deletion_id', selection.deletionId) : lte('deleted_ms', BigInt(selection.untilMs));
