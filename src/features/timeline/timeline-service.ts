import { AppError } from '../../shared/errors.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import { nextTurn } from '../../shared/loop-turns.ts';
import type { TimelineRepository } from './timeline-repository.ts';
import { bucketStarts, holesAt, overlapOf, type Span, without } from './timeline-rules.ts';
import type { FlowState } from '../../tams/flows/flow-state.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** The timeline of a flow at one resolution. */
export interface FlowTimeline {
  readonly flowId: string;
  /** From the start of its first segment to the end of its last; undefined for a flow without segments. */
  readonly extent: Span | undefined;
  readonly coveredNs: bigint;
  /** Undefined for flows that were filled before their segments were counted. */
  readonly segments: bigint | undefined;
  /** In order, without overlaps. */
  readonly spans: readonly Span[];
  /** Whether a span is one segment, and may reach out of the range; else they are what is covered of it. */
  readonly areSegments: boolean;
  /** Whether all gaps are between the spans; else the shorter ones may be missing. */
  readonly isExact: boolean;
}

/** Timelines of several flows over one range. */
export interface Timelines {
  /** Undefined where there is nothing in the range. */
  readonly range: Span | undefined;
  readonly flows: readonly FlowTimeline[];
  /** Whether there are more flows. */
  readonly isCut: boolean;
}

/** Lanes that one answer has at most. */
export const MOST_FLOWS = 32;
/** Entries of collections that are looked at: some name the same flow, and some one that is hidden from the caller. */
const MOST_MEMBERS = 5_000;
/** Flows whose rows are read at a time. */
const STATES_AT_ONCE = 250;

/** Where flows have content, as fine as it can be drawn (docs/adr/0040-timeline-aggregates.md). */
export class TimelineService {
  readonly #store: Pick<VastStore, 'flows' | 'sources' | 'collections'>;
  readonly #timelines: TimelineRepository;

  constructor(store: Pick<VastStore, 'flows' | 'sources' | 'collections'>, timelines: TimelineRepository) {
    this.#store = store;
    this.#timelines = timelines;
  }

  /** The flow, with those that it collects. @throws AppError not_found */
  async ofFlow(flowId: string, range: TimeRange, buckets: number): Promise<Timelines> {
    const flow = await this.#store.flows.state(flowId);
    if (flow === undefined) throw new AppError('not_found', `There is no flow ${flowId}`);
    return this.#of([flowId], range, buckets);
  }

  /** The flows of a source by id, and then those that they collect. @throws AppError not_found */
  async ofSource(sourceId: string, range: TimeRange, buckets: number): Promise<Timelines> {
    if ((await this.#store.sources.find(sourceId)) === undefined) {
      throw new AppError('not_found', `There is no source ${sourceId}`);
    }
    const ids = await this.#store.flows.ofSources([sourceId], MOST_FLOWS + 1);
    return this.#of([...ids.keys()], range, buckets);
  }

  async #of(own: readonly string[], asked: TimeRange, buckets: number): Promise<Timelines> {
    const members = await this.#store.collections.membersOf(own, MOST_MEMBERS);
    const visible = await this.#visible([...new Set([...own, ...members.map(({ memberId }) => memberId)])]);
    const flows = visible.slice(0, MOST_FLOWS);
    const range = rangeOf(flows, asked);
    const found: FlowTimeline[] = [];
    for (const flow of flows) {
      found.push(await this.#ofOne(flow, range, buckets));
      // The embedded engine answers at once: other requests get their turn between two flows.
      if (flows.length > 1) await nextTurn();
    }
    return { range, flows: found, isCut: visible.length > MOST_FLOWS || members.length === MOST_MEMBERS };
  }

  /** Those that the caller may see, in their order: all, or more than there are lanes. */
  async #visible(ids: readonly string[]): Promise<FlowState[]> {
    const visible: FlowState[] = [];
    for (let start = 0; start < ids.length && visible.length <= MOST_FLOWS; start += STATES_AT_ONCE) {
      const part = ids.slice(start, start + STATES_AT_ONCE);
      const states = new Map((await this.#store.flows.states(part)).map((state) => [state.id, state]));
      visible.push(...part.flatMap((id) => states.get(id) ?? []));
    }
    return visible;
  }

  async #ofOne(flow: FlowState, range: Span | undefined, buckets: number): Promise<FlowTimeline> {
    const { content } = flow;
    const of = (spans: readonly Span[], areSegments: boolean, isExact: boolean): FlowTimeline => ({
      flowId: flow.id,
      extent: content === null ? undefined : { startNs: content.startNs, endNs: content.endNs },
      coveredNs: content?.coveredNs ?? 0n,
      segments: content === null ? 0n : content.segments?.count,
      spans,
      areSegments,
      isExact,
    });
    const within = content === null || range === undefined ? undefined : overlapOf(content, range);
    if (content === null || within === undefined) return of([], true, true);
    const segments = await this.#timelines.segments(flow, within, buckets);
    if (segments !== undefined) return of(segments, true, true);
    if (content.coveredNs === lengthOf(content)) return of([within], false, true);
    const points = bucketStarts(within, buckets);
    const holes = holesAt(points, await this.#timelines.before(flow, points));
    const ends = await this.#timelines.after(
      flow,
      holes.map(({ pointNs }) => pointNs),
    );
    const gaps = holes.map(({ startNs }, index) => ({ startNs, endNs: ends[index]?.startNs ?? null }));
    const spans = without(within, gaps);
    const told = lengthOf(within) - spans.reduce((sum, span) => sum + lengthOf(span), 0n);
    // A part has all gaps of the flow, or others may be anywhere.
    return of(spans, false, told === lengthOf(content) - content.coveredNs);
  }
}

const lengthOf = ({ startNs, endNs }: Span): bigint => endNs - startNs;

/** The asked range as far as the flows have content; an open end is that of the content. */
function rangeOf(flows: readonly FlowState[], { startNs, endNs, isEmpty }: TimeRange): Span | undefined {
  const contents = flows.map(({ content }) => content).filter((content) => content !== null);
  const [first] = contents;
  if (first === undefined || isEmpty) return undefined;
  const hull = contents.reduce<Span>(
    (all, content) => ({
      startNs: content.startNs < all.startNs ? content.startNs : all.startNs,
      endNs: content.endNs > all.endNs ? content.endNs : all.endNs,
    }),
    first,
  );
  const range = { startNs: startNs ?? hull.startNs, endNs: endNs ?? hull.endNs };
  return range.startNs < range.endNs ? range : undefined;
}
