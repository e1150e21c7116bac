import { isDeepStrictEqual } from 'node:util';
import type { ExrFileRepository } from '../repositories/exr-file-repository.ts';
import type { ExrFrame } from '../rules/exr-file.ts';
import type { FlowInput, Rational } from '../../../tams/flows/flow.ts';
import { imageEssence, reduced } from '../../../tams/essence/image-essence.ts';
import { Format } from '../../../tams/documents/format.ts';
import type { CursorPosition } from '../../../shared/paging.ts';
import { fromFragment, type SegmentFailure, type SegmentInput } from '../../../tams/segments/segment.ts';
import type { Tags } from '../../../tams/documents/tags.ts';
import type { ExrPart } from '../rules/inspection.ts';
import type { FrameRange } from '../rules/sequence/frame-ranges.ts';
import { AppError } from '../../../shared/errors.ts';
import { TimeRange } from '../../../shared/time/timerange.ts';
import { isInt64, parseTimestamp } from '../../../shared/time/timestamp.ts';
import type { FlowService } from '../../../tams/flows/flow-service.ts';
import type { SegmentService } from '../../../tams/segments/segment-service.ts';
import { EXR_MEDIA_TYPE } from '../../../formats/exr/frame-name.ts';
import type { ExrSequenceService, FoundSequence } from './exr-sequence-service.ts';
import type { VastStore } from '../../../tams/vast-store.ts';

interface SequenceRegistration {
  readonly pattern: string;
  readonly flow_id: string;
  /** For an existing flow it must be that flow's source. */
  readonly source_id?: string;
  readonly frame_rate: Rational;
  /** Start of the first frame; 0 by default. */
  readonly start?: string;
  readonly label?: string;
  readonly description?: string;
  readonly tags?: Tags;
}

interface RegisteredSequence {
  readonly flow_id: string;
  readonly flow: 'created' | 'updated' | 'unchanged';
  readonly pattern: string;
  readonly timerange: string;
  readonly frame_count: number;
  /** Segments that this request added, and those that existed. */
  readonly registered: number;
  readonly present: number;
  /** Frames that are left for the next request. */
  readonly remaining: number;
  readonly failed_count: number;
  /** The first of the failures. */
  readonly failed_segments: readonly SegmentFailure[];
  /** Missing frames are gaps of the timeline. */
  readonly gaps: readonly (FrameRange & { readonly timerange: string })[];
}

const NEW_SEGMENTS_MAX = 10_000;
const BATCH_SIZE = 1_000;
const FAILURES_SHOWN = 100;

/** Properties that the server manages: a PUT does not have them. */
const SERVER_MANAGED = [
  'created',
  'metadata_updated',
  'metadata_version',
  'segments_updated',
  'timerange',
  'collected_by',
  'updated_by',
];

/** Makes TAMS image flows of EXR sequences: the flow from the headers, and a segment of each frame. */
export class ExrRegistrationService {
  readonly #store: VastStore;
  readonly #files: ExrFileRepository;
  readonly #sequences: ExrSequenceService;
  readonly #flows: FlowService;
  readonly #segments: SegmentService;

  /** All services over the view of the principal. */
  constructor(
    store: VastStore,
    files: ExrFileRepository,
    sequences: ExrSequenceService,
    { flows, segments }: { readonly flows: FlowService; readonly segments: SegmentService },
  ) {
    this.#store = store;
    this.#files = files;
    this.#sequences = sequences;
    this.#flows = flows;
    this.#segments = segments;
  }

  /**
   * Repeating it adds what is missing, and nothing twice. The frames have to be objects of this store that the flow may
   * use, and of one size. If a frame cannot be registered, the others are.
   */
  async register(request: SequenceRegistration, principal: string): Promise<RegisteredSequence> {
    const found = await this.#sequences.find(request.pattern);
    if (found === undefined) throw new AppError('not_found', 'There is no sequence of this pattern.');
    checkFrames(found.frames);
    const { sequence, frames } = found;
    const startNs = request.start === undefined ? 0n : parseTimestamp(request.start);
    const clock = new FrameClock(sequence, request.frame_rate, startNs);
    const timerange = clock.rangeOf({ start: sequence.first, end: sequence.last });
    const flow = await this.#putFlow(request, found, principal);
    const present = await this.#objectsByStart(request.flow_id, timerange);
    const missing = frames.filter(({ frame, objectId }) => present.get(clock.startOf(frame)) !== objectId);
    const inputs = missing.slice(0, NEW_SEGMENTS_MAX).map(({ frame, path, objectId }) => ({
      object_id: objectId ?? path,
      timerange: clock.rangeOf({ start: frame, end: frame }).toString(),
    }));
    const failed = await this.#create(request.flow_id, inputs);
    return {
      flow_id: request.flow_id,
      flow,
      pattern: sequence.pattern,
      timerange: timerange.toString(),
      frame_count: frames.length,
      registered: inputs.length - failed.length,
      present: frames.length - missing.length,
      remaining: missing.length - inputs.length,
      failed_count: failed.length,
      failed_segments: failed.slice(0, FAILURES_SHOWN),
      gaps: sequence.missing.map((gap) => ({ ...gap, timerange: clock.rangeOf(gap).toString() })),
    };
  }

  async #putFlow(
    request: SequenceRegistration,
    found: FoundSequence,
    principal: string,
  ): Promise<RegisteredSequence['flow']> {
    const present = await this.#findFlow(request.flow_id);
    const [first] = await this.#files.findMany(found.frames.slice(0, 1).map(({ id }) => id));
    const part = first?.inspection.parts[0];
    if (part === undefined) throw new AppError('not_found', 'The first frame of this sequence is gone.');
    const flow = flowOf(request, found, part, present);
    if (present !== undefined && isDeepStrictEqual(flow, present)) return 'unchanged';
    const { created } = await this.#flows.put(flow.id, () => flow, principal);
    return created ? 'created' : 'updated';
  }

  async #findFlow(id: string): Promise<FlowInput | undefined> {
    try {
      // A service shows a flow as text: whether it is there at all is known by its answer.
      const flow = JSON.parse(await this.#flows.get(id)) as Record<string, unknown>;
      const kept = Object.entries(flow).filter(([name]) => !SERVER_MANAGED.includes(name));
      return Object.fromEntries(kept) as unknown as FlowInput;
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  /** The objects of the segments that the flow has in the range, by when they begin. */
  async #objectsByStart(flowId: string, timerange: TimeRange): Promise<Map<bigint, string>> {
    const objects = new Map<bigint, string>();
    let after: CursorPosition | undefined;
    do {
      const page = { limit: BATCH_SIZE, ...(after !== undefined && { after }) };
      const { items, next } = await this.#store.segments.page(flowId, { timerange, reverse: false }, page);
      for (const { startNs, fragment } of items) {
        objects.set(startNs, fromFragment(fragment).object_id);
      }
      after = next;
    } while (after !== undefined);
    return objects;
  }

  async #create(flowId: string, inputs: readonly SegmentInput[]): Promise<SegmentFailure[]> {
    const failed: SegmentFailure[] = [];
    for (let start = 0; start < inputs.length; start += BATCH_SIZE) {
      failed.push(...(await this.#segments.create(flowId, inputs.slice(start, start + BATCH_SIZE), false)));
    }
    return failed;
  }
}

function checkFrames(frames: readonly ExrFrame[]): void {
  const foreign = frames.find(({ objectId }) => objectId === null);
  if (foreign !== undefined) {
    throw sequenceFault(`${foreign.path} is no TAMS object; allocate objects for the frames and inspect those`);
  }
  const [first] = frames;
  const other = frames.find(({ width, height }) => width !== first?.width || height !== first.height);
  if (first === undefined || other === undefined) return;
  const [size, otherSize] = [first, other].map(({ width, height }) => `${width}x${height}`);
  throw sequenceFault(`${first.path} has ${size ?? ''} pixels and ${other.path} has ${otherSize ?? ''}`);
}

const sequenceFault = (problem: string): AppError =>
  new AppError('invalid_request', `body/pattern: ${problem}`, { field: 'pattern' });

/**
 * Technical properties come from the headers. Other properties of an existing flow stay, unless the request sets them.
 */
function flowOf(
  request: SequenceRegistration,
  { sequence }: FoundSequence,
  part: ExrPart,
  present: FlowInput | undefined,
): FlowInput {
  if (present !== undefined && present.format !== Format.image) {
    throw new AppError('invalid_flow', `flow ${present.id} has the format ${present.format}, not ${Format.image}`);
  }
  const sourceId = request.source_id ?? present?.source_id;
  if (sourceId === undefined || (present !== undefined && sourceId !== present.source_id)) {
    const problem = sourceId === undefined ? 'is required for a new flow' : 'is not the source of this flow';
    throw new AppError('invalid_request', `body/source_id ${problem}`, { field: 'source_id' });
  }
  const { label, description, tags, frame_rate: rate } = request;
  const ownTags = { exr_sequence: sequence.pattern, exr_compression: part.compression };
  return {
    ...present,
    id: request.flow_id,
    source_id: sourceId,
    format: Format.image,
    codec: EXR_MEDIA_TYPE,
    container: EXR_MEDIA_TYPE,
    label: label ?? present?.label ?? sequence.pattern.slice(sequence.pattern.lastIndexOf('/') + 1),
    ...(description !== undefined && { description }),
    tags: { ...present?.tags, ...tags, ...ownTags },
    segment_duration: reduced((rate.denominator ?? 1) * sequence.step, rate.numerator),
    essence_parameters: {
      ...present?.essence_parameters,
      ...imageEssence(part.display_window, part.pixel_aspect_ratio),
    },
  };
}

const SECOND_NS = 1_000_000_000n;

/**
 * When the frames of a sequence are shown: the number of a frame is its time. A frame lasts until the next one of the
 * step, so a sequence that was rendered on twos has no gaps, and each missing frame is one.
 */
export class FrameClock {
  readonly #first: bigint;
  readonly #step: bigint;
  readonly #numerator: bigint;
  readonly #denominator: bigint;
  readonly #startNs: bigint;

  /** @param startNs when the first frame begins */
  constructor({ first, step }: { readonly first: number; readonly step: number }, rate: Rational, startNs: bigint) {
    this.#first = BigInt(first);
    this.#step = BigInt(step);
    this.#numerator = BigInt(rate.numerator);
    this.#denominator = BigInt(rate.denominator ?? 1);
    this.#startNs = startNs;
  }

  /** In nanoseconds, rounded down. */
  startOf(frame: number): bigint {
    return this.#timeOf(BigInt(frame));
  }

  /** From the start of one frame to the end of another. Throws `invalid_timerange` for times that TAMS cannot say. */
  rangeOf({ start, end }: FrameRange): TimeRange {
    const [startNs, endNs] = [this.startOf(start), this.#timeOf(BigInt(end) + this.#step)];
    if (isInt64(startNs) && isInt64(endNs)) return TimeRange.fromNs(startNs, endNs);
    throw new AppError('invalid_timerange', `frames ${start} to ${end} lie beyond the times that can be kept`);
  }

  #timeOf(frame: bigint): bigint {
    // Never negative, so the division rounds down: the first frame is the earliest.
    return this.#startNs + ((frame - this.#first) * SECOND_NS * this.#denominator) / this.#numerator;
  }
}
