import { numbersWith } from '../../src/tams/segments/segment-numbers.ts';
import { contentWith } from '../../src/tams/flows/flow-content.ts';
import { generatedFlow, generatedSource, segmentShape } from './generated-flows.ts';
import { EPOCH_MS, GeneratedIds } from './generated-ids.ts';
import type { StoreTransaction, VastStore } from '../../src/tams/vast-store.ts';
import { packUrls } from '../../src/tams/objects/object-location.ts';
import type { MediaObject } from '../../src/tams/objects/media-object.ts';
import type { ExternalUrl, NewSegment } from '../../src/tams/segments/segment.ts';
import { prepareSegment } from '../../src/tams/segments/segment-preparation.ts';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { formatTimestamp } from '../../src/shared/time/timestamp.ts';

/** How much is made, in all: flows are spread evenly over the sources, and segments over the flows. */
export interface GenerateSpec {
  readonly sources: number;
  readonly flows: number;
  readonly segments: number;
  /** Above 0, up to 1: segments that share an object use it again at another time. */
  readonly objectsPerSegment: number;
  /** Rows of segments in a transaction. */
  readonly batch: number;
  readonly seed: number;
}

/** A stretch of one flow's segments that goes into one transaction. */
interface Piece {
  readonly flow: number;
  readonly from: number;
  readonly to: number;
  readonly isFirst: boolean;
}

/**
 * Puts sources, flows, segments and objects into the store by its own repositories, so that all columns and indexes
 * that follow from them are right. Equal specifications give the same ids and documents. Each transaction leaves a
 * whole store behind: a run that is stopped has made less, and nothing by halves. No events are published.
 */
export async function generate(
  store: VastStore,
  spec: GenerateSpec,
  onSegments: (count: number) => void,
): Promise<void> {
  const ids = new GeneratedIds(spec.seed);
  const first = ids.of('flow', 0);
  if ((await store.flows.existing([first])).size > 0) {
    throw new Error(`The data of --seed ${spec.seed} exists already (flow ${first}); choose another seed.`);
  }
  for (const pieces of transactionsOf(spec)) {
    await store.transaction(
      async (tx) => {
        for (const piece of pieces) await insertPiece(tx, ids, spec, piece);
      },
      { background: true },
    );
    onSegments(pieces.reduce((sum, { from, to }) => sum + to - from, 0));
  }
}

const share = (total: number, parts: number, part: number): number =>
  Math.floor(total / parts) + (part < total % parts ? 1 : 0);

/** The pieces of all flows, gathered into transactions of `batch` segments; flows without segments count as one. */
function* transactionsOf({ flows, segments, batch }: GenerateSpec): Generator<Piece[], undefined> {
  let pieces: Piece[] = [];
  let room = batch;
  for (let flow = 0; flow < flows; flow++) {
    const total = share(segments, flows, flow);
    for (let from = 0; from === 0 || from < total;) {
      const to = Math.min(total, from + room);
      pieces.push({ flow, from, to, isFirst: from === 0 });
      room -= Math.max(1, to - from);
      if (room <= 0) {
        yield pieces;
        pieces = [];
        room = batch;
      }
      if (to === 0) break;
      from = to;
    }
  }
  if (pieces.length > 0) yield pieces;
}

async function insertPiece(tx: StoreTransaction, ids: GeneratedIds, spec: GenerateSpec, piece: Piece): Promise<void> {
  const source = piece.flow % spec.sources;
  const rendition = Math.floor(piece.flow / spec.sources);
  const id = ids.of('flow', piece.flow);
  if (piece.isFirst) {
    if (rendition === 0) await tx.sources.insert(generatedSource(ids, source));
    await tx.flows.insert(generatedFlow(ids, piece.flow, source, rendition));
  }
  if (piece.to === piece.from) return;
  const state = await tx.flows.state(id);
  if (state === undefined) throw new Error(`flow ${id} was deleted while its segments were made`);
  const flow = { id, life: state.life, source, firstObject: firstObjectOf(spec, piece.flow) };
  const { segments, objects } = generatedSegments(ids, flow, piece, spec.objectsPerSegment);
  await tx.segments.insert(id, segments);
  await tx.objects.insert(objects);
  const updated = new Date(EPOCH_MS).toISOString();
  const numbers = numbersWith(state, segments, () => false);
  await tx.flows.setContent(state, contentWith(state.content, segments), updated, numbers);
}

/** Flows have objects of their own: each begins where the one before ends, had all the largest share. */
function firstObjectOf({ segments, flows, objectsPerSegment }: GenerateSpec, flow: number): number {
  return flow * (objectOf(Math.ceil(segments / flows), objectsPerSegment) + 1);
}

const EPOCH_NS = BigInt(EPOCH_MS) * 1_000_000n;
/** After so many segments one is missing, as where a recorder was stopped. */
const GAP_EVERY = 500n;
const NO_LABELS: ReadonlySet<string> = new Set();

/** A flow, and which of all objects are its own. */
interface SegmentedFlow {
  readonly id: string;
  readonly life: string;
  readonly source: number;
  readonly firstObject: number;
}

/** Objects that some segments of a flow use: as many per segment as the ratio says, from above 0 to 1. */
const objectOf = (segment: number, objectsPerSegment: number): number =>
  // The small addition keeps products such as 30 * 0.1 from falling below the whole number they mean.
  Math.floor(segment * objectsPerSegment + 1e-9);

/**
 * Segments `from` to `to` (exclusive) of a flow, and the objects that come with them. There are no bytes behind these
 * objects, so they are external ones, at a host that cannot exist (RFC 2606): none of the storage backends misses them.
 */
function generatedSegments(
  ids: GeneratedIds,
  flow: SegmentedFlow,
  span: { readonly from: number; readonly to: number },
  objectsPerSegment: number,
): { segments: NewSegment[]; objects: MediaObject[] } {
  const segments: NewSegment[] = [];
  const objects: MediaObject[] = [];
  const { durationNs, samples } = segmentShape(flow.source);
  for (let number = span.from; number < span.to; number++) {
    const object = objectOf(number, objectsPerSegment);
    const isFirstUse = number === 0 || objectOf(number - 1, objectsPerSegment) !== object;
    const id = ids.of('object', flow.firstObject + object);
    const externalUrls = [externalUrl(id)];
    const { id: firstFlow, life: firstLife } = flow;
    if (isFirstUse) objects.push({ id, firstFlow, firstLife, locations: null, externalUrls, referenced: true });
    const position = BigInt(number);
    const startNs = EPOCH_NS + (position + position / GAP_EVERY) * durationNs;
    const prepared = prepareSegment(
      {
        object_id: id,
        timerange: TimeRange.fromNs(startNs, startNs + durationNs).toString(),
        ts_offset: formatTimestamp(startNs),
        sample_count: samples,
        key_frame_count: 1,
      },
      NO_LABELS,
    );
    segments.push({
      objectId: id,
      startNs: prepared.startNs,
      endNs: prepared.endNs,
      fragment: prepared.fragment,
      locations: null,
      initObjectId: null,
      externalUrls: packUrls(externalUrls),
    });
  }
  return { segments, objects };
}

const externalUrl = (id: string): ExternalUrl => ({ url: `https://generated.invalid/${id}`, label: 'generated' });
