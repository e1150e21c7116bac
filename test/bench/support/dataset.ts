import { numbersOf } from '../../../src/tams/segments/segment-numbers.ts';
import { join } from 'node:path';
import { Format } from '../../../src/tams/documents/format.ts';
import type { Flow } from '../../../src/tams/flows/flow.ts';
import type { MediaObject } from '../../../src/tams/objects/media-object.ts';
import { packLocations } from '../../../src/tams/objects/object-location.ts';
import type { NewSegment, SegmentInput } from '../../../src/tams/segments/segment.ts';
import { prepareSegment } from '../../../src/tams/segments/segment-preparation.ts';
import { ensureSource } from '../../../src/tams/sources/source-lifecycle.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { formatTimestamp } from '../../../src/shared/time/timestamp.ts';
import { makeStoragePath } from '../../../src/media/storage-path.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';

/** Flows of equal length without gaps, as recorders leave them behind. Equal specifications give equal rows. */
export interface DatasetSpec {
  readonly flows: number;
  readonly segmentsPerFlow: number;
  /** Objects for which storage is allocated and that wait for their segment: those of the numbers after the segments. */
  readonly allocatedPerFlow: number;
  /** The storage backend that holds all objects. */
  readonly storageId: string;
}

/** 2025-01-01T00:00:00Z: when the recording began, and its first segment starts. */
const EPOCH_MS = Date.UTC(2025, 0, 1);
export const EPOCH_NS = BigInt(EPOCH_MS) * 1_000_000n;
const SEGMENT_MS = 2_000;
const SEGMENT_NS = BigInt(SEGMENT_MS) * 1_000_000n;

/** Segments of one flow that are registered together: recorders take turns. */
export const TURN = 10;
/** Segments, and allocated objects, of one transaction. */
const TRANSACTION_ROWS = 50_000;
const CACHE_MIB = 512;
const NO_LABELS: ReadonlySet<string> = new Set();

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export const flowId = (flow: number): string => `f1000000-0000-4000-8000-${hex(flow, 12)}`;
export const sourceId = (flow: number): string => `50000000-0000-4000-8000-${hex(flow, 12)}`;

/** Ids begin with the time, as those that the server allocates. */
export function objectId(flow: number, number: number): string {
  const time = hex(EPOCH_MS + number * SEGMENT_MS, 12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${hex(flow, 12)}`;
}

/** The timerange of a run of segments, as it stands in a query. */
export function timerange(firstNumber: number, count = 1): string {
  const start = EPOCH_NS + BigInt(firstNumber) * SEGMENT_NS;
  return `[${formatTimestamp(start)}_${formatTimestamp(start + BigInt(count) * SEGMENT_NS)})`;
}

/** The body that registers a segment. */
export function segmentInput(flow: number, number: number): SegmentInput {
  return { object_id: objectId(flow, number), timerange: timerange(number) };
}

/** Makes the embedded tables of a server's data directory. Millions of segments take about a minute each. */
export async function buildDataset(dataDir: string, spec: DatasetSpec): Promise<void> {
  const directory = join(dataDir, 'tables');
  await fillTables(await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: CACHE_MIB }), spec);
}

/** Puts the dataset on an empty engine, and closes it. */
export async function fillTables(engine: TableEngine, spec: DatasetSpec): Promise<void> {
  const manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  try {
    const store = new VastStore(manager, new SecretBox('of no use in a dataset', 'webhooks'));
    await insertFlows(store, spec);
    await insertSegments(store, spec);
    await insertAllocated(store, spec);
    await setContents(store, spec);
  } finally {
    await manager.close();
  }
}

function makeFlow(number: number): Flow {
  const created = new Date(EPOCH_MS + number).toISOString();
  return {
    id: flowId(number),
    source_id: sourceId(number),
    label: `Camera ${number}`,
    description: 'A recording that goes on day and night',
    created_by: 'bench',
    updated_by: 'bench',
    tags: { site: `site-${number % 10}`, purpose: 'benchmark' },
    metadata_version: '1',
    created,
    metadata_updated: created,
    format: Format.video,
    codec: 'video/h264',
    container: 'video/mp2t',
    avg_bit_rate: 8_000,
    segment_duration: { numerator: SEGMENT_MS / 1000 },
    essence_parameters: {
      frame_rate: { numerator: 50 },
      frame_width: 1920,
      frame_height: 1080,
      interlace_mode: 'progressive',
      colorspace: 'BT709',
    },
  };
}

async function insertFlows(store: VastStore, { flows }: DatasetSpec): Promise<void> {
  await store.transaction(async (tx) => {
    for (let number = 0; number < flows; number++) {
      const flow = makeFlow(number);
      await ensureSource(tx, flow);
      await tx.flows.insert(flow, lifeOf(number));
    }
  });
}

async function insertSegments(store: VastStore, { flows, segmentsPerFlow, storageId }: DatasetSpec): Promise<void> {
  const turns = turnsOf(flows, 0, segmentsPerFlow);
  for (let more = true; more;) {
    await store.transaction(async (tx) => {
      for (let rows = 0; rows < TRANSACTION_ROWS;) {
        const { value: turn } = turns.next();
        if (turn === undefined) {
          more = false;
          return;
        }
        const objects = turn.numbers.map((number) => makeObject(turn.flow, number, storageId, true));
        await tx.segments.insert(
          flowId(turn.flow),
          turn.numbers.map((number, index) => makeSegment(turn.flow, number, objects[index])),
        );
        await tx.objects.insert(objects);
        rows += objects.length;
      }
    });
  }
}

async function insertAllocated(store: VastStore, spec: DatasetSpec): Promise<void> {
  const { flows, segmentsPerFlow, allocatedPerFlow, storageId } = spec;
  const turns = turnsOf(flows, segmentsPerFlow, segmentsPerFlow + allocatedPerFlow);
  for (let more = true; more;) {
    await store.transaction(async (tx) => {
      for (let rows = 0; rows < TRANSACTION_ROWS;) {
        const { value: turn } = turns.next();
        if (turn === undefined) {
          more = false;
          return;
        }
        await tx.objects.insert(turn.numbers.map((number) => makeObject(turn.flow, number, storageId, false)));
        rows += turn.numbers.length;
      }
    });
  }
}

/** In order of time, and within it of flows. */
function* turnsOf(flows: number, from: number, to: number): Generator<{ flow: number; numbers: number[] }, undefined> {
  for (let first = from; first < to; first += TURN) {
    const numbers = Array.from({ length: Math.min(TURN, to - first) }, (_, index) => first + index);
    for (let flow = 0; flow < flows; flow++) yield { flow, numbers };
  }
}

const lifeOf = (flow: number): string => `life ${flow}`;

function makeObject(flow: number, number: number, storageId: string, used: boolean): MediaObject {
  const id = objectId(flow, number);
  const allocatedAt = new Date(EPOCH_MS + number * SEGMENT_MS);
  const storagePath = makeStoragePath('', {
    flowId: flowId(flow),
    objectId: id,
    container: 'video/mp2t',
    allocatedAt,
  });
  return {
    id,
    firstFlow: flowId(flow),
    firstLife: lifeOf(flow),
    locations: packLocations([{ storageId, storagePath }]),
    externalUrls: [],
    referenced: used,
  };
}

function makeSegment(flow: number, number: number, object: MediaObject | undefined): NewSegment {
  const { objectId: id, startNs, endNs, fragment } = prepareSegment(segmentInput(flow, number), NO_LABELS);
  return {
    objectId: id,
    startNs,
    endNs,
    fragment,
    locations: object?.locations ?? null,
    externalUrls: null,
    initObjectId: null,
  };
}

async function setContents(store: VastStore, { flows, segmentsPerFlow }: DatasetSpec): Promise<void> {
  if (segmentsPerFlow === 0) return;
  const coveredNs = BigInt(segmentsPerFlow) * SEGMENT_NS;
  const segments = { count: BigInt(segmentsPerFlow), longestNs: SEGMENT_NS };
  const content = { startNs: EPOCH_NS, endNs: EPOCH_NS + coveredNs, coveredNs, segments };
  await store.transaction(async (tx) => {
    for (let number = 0; number < flows; number++) {
      const state = await tx.flows.state(flowId(number));
      if (state === undefined) throw new Error(`flow ${number} of the dataset is not there`);
      const numbers = { ...numbersOf({ ...state, content }), hasParts: false };
      await tx.flows.setContent(state, content, new Date(EPOCH_MS).toISOString(), numbers);
    }
  });
}
