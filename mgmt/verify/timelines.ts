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
import { FlowTimeline } from './flow-timeline.ts';
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
