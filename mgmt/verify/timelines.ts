import { FLOWS } from '../../src/tams/flows/flow-tables.ts';
import { SEGMENTS } from '../../src/tams/segments/segment-tables.ts';
import { CONTENT_COLUMNS, contentCells, toContent } from '../../src/tams/flows/flow-row.ts';
import type { CommittedReader } from '../../src/vastdb/committed-reader.ts';
import type { CellsOf, RowOf } from '../../src/vastdb/schema/define-table.ts';
import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../src/vastdb/managed-transaction.ts';
import { and, eq } from '../../src/vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import type { Check, Found, VerifyContext } from './finding.ts';
import type { FlowContent } from '../../src/tams/flows/flow-state.ts';

/** Attempts to read a flow while nobody writes to it. */
const ATTEMPTS = 3;
const IN_BACKGROUND = { lane: 'background' } as const;

interface FlowRow {
  readonly content: FlowContent | null;
  readonly version: bigint;
}

/**
 * Checks the totals in a flow's row, and that no two of its segments overlap. One pass over all segments makes
 * suspects; each is then read again. It holds 16 bytes for each segment.
 */
export const timelines: Check = {
  name: 'timelines',
  description: 'flows say of their segments what is so, and no two segments of a flow overlap',
  async *find({ manager, progress }: VerifyContext): AsyncGenerator<Found> {
    progress.start(`timelines: ${SEGMENTS.name}`, (await manager.stats(SEGMENTS.name)).rows);
    const found = await readTimelines(manager, progress.advance);
    const columns = ['id', ...ROW_COLUMNS] as const;
    const flows = manager.reader('background').scan({ table: FLOWS, columns, where: eq('deleting', false) });
    for await (const { rowCount, columns: cells } of flows) {
      for (let row = 0; row < rowCount; row++) {
        const [ids, starts, ends, covered, longest, counts, versions] = cells;
        const id = ids[row] ?? '';
        const at = (column: readonly (bigint | null)[]): bigint | null => column[row] ?? null;
        const timeline = found.get(id) ?? new FlowTimeline();
        const content = [at(starts), at(ends), at(covered), at(longest), at(counts)] as const;
        const said = toFlowRow([...content, versions[row] ?? 0n]);
        if (problemsOf(said, timeline).length === 0) continue;
        yield* confirmed(manager, id);
      }
    }
  },
};

async function readTimelines(
  manager: VastDBManager,
  onRows: (rows: number) => void,
): Promise<Map<string, FlowTimeline>> {
  const timelinesOfFlows = new Map<string, FlowTimeline>();
  const columns = ['flow_id', 'start_ns', 'end_ns'] as const;
  for await (const batch of manager.reader('background').scan({ table: SEGMENTS, columns })) {
    const [ids, starts, ends] = batch.columns;
    for (let row = 0; row < batch.rowCount; row++) {
      const id = ids[row] ?? '';
      let timeline = timelinesOfFlows.get(id);
      if (timeline === undefined) timelinesOfFlows.set(id, (timeline = new FlowTimeline()));
      timeline.add(starts[row] ?? 0n, ends[row] ?? 0n);
    }
    onRows(batch.rowCount);
  }
  return timelinesOfFlows;
}

interface Problem {
  readonly text: string;
  readonly isMendable: boolean;
}

function problemsOf({ content }: FlowRow, timeline: FlowTimeline): Problem[] {
  const problems: Problem[] = [];
  const actual = timeline.content();
  if (!saysTheSame(content, actual)) {
    const text = `its row says ${contentText(content)}, and its segments are ${contentText(actual)}`;
    problems.push({ text, isMendable: true });
  }
  const overlap = timeline.overlap();
  if (overlap !== undefined) {
    const [first, second] = overlap;
    const text = `its segments that begin at ${first} ns and ${second} ns overlap; delete the wrong one by DELETE /flows/{id}/segments`;
    problems.push({ text, isMendable: false });
  }
  return problems;
}

/** The longest segment is an upper bound: the one that it was may be deleted. Older rows count no segments. */
function saysTheSame(said: FlowContent | null, actual: FlowContent | null): boolean {
  if (said === null || actual === null) return said === actual;
  const isSameHull = said.startNs === actual.startNs && said.endNs === actual.endNs;
  if (!isSameHull || said.coveredNs !== actual.coveredNs) return false;
  if (said.segments === undefined || actual.segments === undefined) return true;
  return said.segments.count === actual.segments.count && said.segments.longestNs >= actual.segments.longestNs;
}

function contentText(content: FlowContent | null): string {
  if (content === null) return 'none';
  const { startNs, endNs, coveredNs, segments } = content;
  return `${segments?.count ?? '?'} from ${startNs} to ${endNs} ns, ${coveredNs} ns in all`;
}

async function* confirmed(manager: VastDBManager, id: string): AsyncGenerator<Found> {
  const seen = await readSettled(manager, id);
  if (seen === undefined) return;
  for (const { text, isMendable } of problemsOf(seen.flow, seen.timeline)) {
    const found = { subject: `flow ${id}`, problem: text };
    if (isMendable)
      yield { ...found, repair: 'writes into its row what the segments are', mend: () => mend(manager, id) };
    else yield { ...found, repair: undefined };
  }
}

interface Settled {
  readonly flow: FlowRow;
  readonly timeline: FlowTimeline;
}

/**
 * A flow's row, and the segments that it is about: whoever writes segments writes a new version into the row, so nothing
 * came in between when that is the same before and after. Nobody waits for it, and it holds no more than the timeline;
 * only where others write all the time is all of it read in one transaction. Undefined for a flow that is gone.
 */
async function readSettled(manager: VastDBManager, id: string): Promise<Settled | undefined> {
  const reader = manager.reader('background');
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await readFlow(reader, id);
    const timeline = await scanTimeline(reader, id);
    const flow = await readFlow(reader, id);
    if (before === undefined || flow === undefined) return undefined;
    if (flow.version === before.version) return { flow, timeline };
  }
  return manager.transaction((tx) => readAtOnce(tx, id), IN_BACKGROUND);
}

async function mend(manager: VastDBManager, id: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const seen = await readSettled(manager, id);
    if (seen === undefined) return;
    // Nothing is written where the segments are others by now.
    if ((await manager.transaction((tx) => writeContent(tx, id, seen), IN_BACKGROUND)) > 0) return;
  }
  await manager.transaction(async (tx) => {
    const seen = await readAtOnce(tx, id);
    if (seen !== undefined) await writeContent(tx, id, seen);
  }, IN_BACKGROUND);
}

function writeContent(tx: ManagedTransaction, id: string, { flow: { version }, timeline }: Settled): Promise<number> {
  const [start, end, covered, longest, count] = contentCells(timeline.content());
  const where = and([eq('id', id), eq('deleting', false), eq('segments_version', version)]);
  return tx.update(FLOWS, where, {
    content_start_ns: start,
    content_end_ns: end,
    content_covered_ns: covered,
    content_longest_ns: longest,
    content_segments: count,
    segments_version: version + 1n,
  });
}

async function readAtOnce(tx: ManagedTransaction, id: string): Promise<Settled | undefined> {
  const flow = await readFlow(tx, id);
  if (flow === undefined) return undefined;
  const timeline = new FlowTimeline();
  const where = eq('flow_id', id);
  const { rows } = await tx.select({ table: SEGMENTS, columns: ['start_ns', 'end_ns'], where });
  for (const [start, end] of rows) timeline.add(start, end);
  return { flow, timeline };
}

async function readFlow(reader: ManagedReader, id: string): Promise<FlowRow | undefined> {
  const where = and([eq('id', id), eq('deleting', false)]);
  const { rows } = await reader.select({ table: FLOWS, columns: ROW_COLUMNS, where });
  return rows[0] === undefined ? undefined : toFlowRow(rows[0]);
}

const ROW_COLUMNS = [...CONTENT_COLUMNS, 'segments_version'] as const;

const toFlowRow = (cells: CellsOf<RowOf<typeof FLOWS>, typeof ROW_COLUMNS>): FlowRow => ({
  content: toContent(cells),
  version: cells[CONTENT_COLUMNS.length],
});

async function scanTimeline(reader: CommittedReader, id: string): Promise<FlowTimeline> {
  const timeline = new FlowTimeline();
  const batches = reader.scan({ table: SEGMENTS, columns: ['start_ns', 'end_ns'], where: eq('flow_id', id) });
  for await (const { rowCount, columns } of batches) {
    const [starts, ends] = columns;
    for (let row = 0; row < rowCount; row++) timeline.add(starts[row] ?? 0n, ends[row] ?? 0n);
  }
  return timeline;
}

const FIRST_CAPACITY = 64;

/** Where the segments of one flow lie, gathered in any order: 16 bytes for each. */
export class FlowTimeline {
  #starts = new BigInt64Array(FIRST_CAPACITY);
  #ends = new BigInt64Array(FIRST_CAPACITY);
  #count = 0;
  #isSorted = true;

  /** Nanoseconds; the end is exclusive. */
  add(startNs: bigint, endNs: bigint): void {
    if (this.#count === this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#ends = grown(this.#ends);
    }
    if (this.#count > 0 && startNs < (this.#starts[this.#count - 1] ?? startNs)) this.#isSorted = false;
    this.#starts[this.#count] = startNs;
    this.#ends[this.#count] = endNs;
    this.#count += 1;
  }

  /** Totals of the segments; null if there are none. */
  content(): FlowContent | null {
    if (this.#count === 0) return null;
    let [startNs, endNs] = [this.#start(0), this.#end(0)];
    let [coveredNs, longestNs] = [0n, 0n];
    for (let index = 0; index < this.#count; index++) {
      const [start, end] = [this.#start(index), this.#end(index)];
      if (start < startNs) startNs = start;
      if (end > endNs) endNs = end;
      if (end - start > longestNs) longestNs = end - start;
      coveredNs += end - start;
    }
    return { startNs, endNs, coveredNs, segments: { count: BigInt(this.#count), longestNs } };
  }

  /** Two segments that overlap: where each begins; undefined where none do. */
  overlap(): readonly [bigint, bigint] | undefined {
    const order = this.#isSorted ? undefined : this.#sortedIndexes();
    let previous = 0;
    for (let position = 1; position < this.#count; position++) {
      const before = order?.[position - 1] ?? position - 1;
      const index = order?.[position] ?? position;
      if (position === 1) previous = before;
      if (this.#end(before) > this.#end(previous)) previous = before;
      if (this.#start(index) < this.#end(previous)) return [this.#start(previous), this.#start(index)];
    }
    return undefined;
  }

  #start(index: number): bigint {
    return this.#starts[index] ?? 0n;
  }

  #end(index: number): bigint {
    return this.#ends[index] ?? 0n;
  }

  #sortedIndexes(): Uint32Array {
    const indexes = Uint32Array.from({ length: this.#count }, (_, index) => index);
    return indexes.sort((a, b) => (this.#start(a) < this.#start(b) ? -1 : 1));
  }
}

function grown(cells: BigInt64Array<ArrayBuffer>): BigInt64Array<ArrayBuffer> {
  const larger = new BigInt64Array(cells.length * 2);
  larger.set(cells);
  return larger;
}
