import { SEGMENTS } from '../../tams/segments/segment-tables.ts';
import { segmentWindow, timelineOf } from '../../tams/segments/segment-window.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import type { CommittedReader } from '../../vastdb/committed-reader.ts';
import { and, eq } from '../../vastdb/predicate/builder.ts';
import type { Span } from './timeline-rules.ts';
import type { FlowState } from '../../tams/flows/flow-state.ts';

type Flow = Pick<FlowState, 'id' | 'content'>;

/** Where segments are, without their media. */
export class TimelineRepository {
  readonly #reader: CommittedReader;

  constructor(reader: CommittedReader) {
    this.#reader = reader;
  }

  /** The segments of a flow that overlap a span, in order; undefined where there are more than `most`. */
  async segments({ id }: Flow, { startNs, endNs }: Span, most: number): Promise<Span[] | undefined> {
    const window = await segmentWindow(this.#reader, id, TimeRange.fromNs(startNs, endNs));
    if (window === undefined) return [];
    const { rows } = await this.#reader.select({
      table: SEGMENTS,
      columns: ['start_ns', 'end_ns'],
      where: and(window.terms),
      limit: most + 1,
    });
    if (rows.length > most) return undefined;
    return rows.map(toSpan).sort((a, b) => (a.startNs < b.startNs ? -1 : 1));
  }

  /** For each point the last segment of the flow that starts at it or before it. */
  before(flow: Flow, points: readonly bigint[]): Promise<(Span | undefined)[]> {
    return this.#seek(flow, points, 'before');
  }

  /** For each point the first segment of the flow that starts at it or after it. */
  after(flow: Flow, points: readonly bigint[]): Promise<(Span | undefined)[]> {
    return this.#seek(flow, points, 'after');
  }

  async #seek(
    { id, content }: Flow,
    points: readonly bigint[],
    direction: 'before' | 'after',
  ): Promise<(Span | undefined)[]> {
    const found = await this.#reader.seek({
      table: SEGMENTS,
      columns: ['start_ns', 'end_ns'],
      where: eq('flow_id', id),
      column: 'start_ns',
      points,
      direction,
      timeline: timelineOf(content),
    });
    return found.map((row) => row && toSpan(row));
  }
}

const toSpan = ([startNs, endNs]: readonly [bigint, bigint]): Span => ({ startNs, endNs });
