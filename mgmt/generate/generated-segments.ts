import { packUrls } from '../../src/tams/objects/object-location.ts';
import type { MediaObject } from '../../src/tams/objects/media-object.ts';
import type { ExternalUrl, NewSegment } from '../../src/tams/segments/segment.ts';
import { prepareSegment } from '../../src/tams/segments/segment-preparation.ts';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { formatTimestamp } from '../../src/shared/time/timestamp.ts';
import { EPOCH_MS, type GeneratedIds } from './generated-ids.ts';
import { segmentShape } from './generated-flows.ts';

const EPOCH_NS = BigInt(EPOCH_MS) * 1_000_000n;
/** After so many segments one is missing, as where a recorder was stopped. */
const GAP_EVERY = 500n;
const NO_LABELS: ReadonlySet<string> = new Set();

/** A flow, and which of all objects are its own. */
export interface SegmentedFlow {
  readonly id: string;
  readonly life: string;
  readonly source: number;
  readonly firstObject: number;
}

/** Objects that some segments of a flow use: as many per segment as the ratio says, from above 0 to 1. */
export const objectOf = (segment: number, objectsPerSegment: number): number =>
  // The small addition keeps products such as 30 * 0.1 from falling below the whole number they mean.
  Math.floor(segment * objectsPerSegment + 1e-9);

/**
 * Segments `from` to `to` (exclusive) of a flow, and the objects that come with them. There are no bytes behind these
 * objects, so they are external ones, at a host that cannot exist (RFC 2606): none of the storage backends misses them.
 */
export function generatedSegments(
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
