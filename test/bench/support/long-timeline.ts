import { numbersOf } from '../../../src/tams/segments/segment-numbers.ts';
import type { Flow } from '../../../src/tams/flows/flow.ts';
import { Format } from '../../../src/tams/documents/format.ts';
import { prepareSegment } from '../../../src/tams/segments/segment-preparation.ts';
import { ensureSource } from '../../../src/tams/sources/source-lifecycle.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { flowId, objectId, sourceId } from './dataset.ts';

/** A flow of segments of two seconds, which begin where `startNs` says; it grows with the number. */
export interface Timeline {
  /** Of the flow: see `flowId`. */
  readonly flow: number;
  readonly segments: number;
  readonly startNs: (number: number) => bigint;
}

export const SEGMENT_NS = 2_000_000_000n;
const COLUMNS = ['flow_id', 'start_ns', 'end_ns', 'object_id', 'fragment'];
const BATCH_ROWS = 20_000;
/** Rows made at a time: a million of them at once would need a gigabyte. */
const CHUNK_ROWS = 100_000;
const NO_LABELS: ReadonlySet<string> = new Set();

/**
 * Puts flows on an engine, without the objects that their segments would use: only the timeline is read.
 *
 * @param turn segments of a flow that lie next to each other: recorders that run side by side take turns.
 */
export async function buildTimelines(
  engine: TableEngine,
  timelines: readonly Timeline[],
  turn = CHUNK_ROWS,
): Promise<void> {
  const manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  try {
    const store = new VastStore(manager, new SecretBox('of no use in a benchmark', 'webhooks'));
    for (const timeline of timelines) {
      await store.transaction(async (tx) => {
        const flow = makeFlow(timeline.flow);
        await ensureSource(tx, flow);
        await tx.flows.insert(flow);
      });
    }
    let chunk: (string | bigint)[][] = [];
    const longest = Math.max(...timelines.map(({ segments }) => segments));
    for (let from = 0; from < longest; from += turn) {
      for (const timeline of timelines) {
        for (const row of rowsOf(timeline, from, turn)) chunk.push(row);
        if (chunk.length < CHUNK_ROWS) continue;
        await insert(manager, chunk);
        chunk = [];
      }
    }
    await insert(manager, chunk);
    for (const timeline of timelines) await setContent(store, timeline);
  } finally {
    await manager.close();
  }
}

async function insert(manager: VastDBManager, rows: readonly (string | bigint)[][]): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH_ROWS) {
    await manager.transaction((tx) => tx.insertArrays('segments', COLUMNS, rows.slice(start, start + BATCH_ROWS)));
  }
}

function rowsOf({ flow, segments, startNs }: Timeline, from: number, most: number): (string | bigint)[][] {
  return Array.from({ length: Math.max(0, Math.min(most, segments - from)) }, (_, index) => {
    const start = startNs(from + index);
    const input = { object_id: objectId(flow, from + index), timerange: rangeFrom(start).toString() };
    const segment = prepareSegment(input, NO_LABELS);
    return [flowId(flow), segment.startNs, segment.endNs, segment.objectId, segment.fragment];
  });
}

const rangeFrom = (startNs: bigint): TimeRange => TimeRange.fromNs(startNs, startNs + SEGMENT_NS);

async function setContent(store: VastStore, { flow, segments, startNs }: Timeline): Promise<void> {
  const content = {
    startNs: startNs(0),
    endNs: startNs(segments - 1) + SEGMENT_NS,
    coveredNs: BigInt(segments) * SEGMENT_NS,
    segments: { count: BigInt(segments), longestNs: SEGMENT_NS },
  };
  await store.transaction(async (tx) => {
    const state = await tx.flows.state(flowId(flow));
    if (state === undefined) throw new Error(`flow ${flow} is not there`);
    await tx.flows.setContent(state, content, new Date(0).toISOString(), numbersOf({ ...state, content }));
  });
}

function makeFlow(number: number): Flow {
  const created = new Date(number).toISOString();
  return {
    id: flowId(number),
    source_id: sourceId(number),
    created_by: 'bench',
    updated_by: 'bench',
    metadata_version: '1',
    created,
    metadata_updated: created,
    format: Format.multi,
    container: 'video/mp2t',
  };
}
