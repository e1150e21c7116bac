import { signal } from '@preact/signals';
import { dataOf, server } from '../api/client.ts';
import { extentOf, type Lane, lanesOf, spanText } from './lanes.ts';
import { lengthOf, type Span } from './view.ts';

/** The subject of a page: one flow, or a source with its flows. */
export interface Subject {
  readonly kind: 'flow' | 'source';
  readonly id: string;
}

/** So much is asked for at each side of the view, in its lengths, so that a short way needs no request. */
const MARGIN = 2n;
/** Zooming in by more than this asks for finer spans. */
const FINER = 0.75;
/** A wheel turns many times in so many milliseconds. */
const SETTLE_MS = 60;
const MOST_BUCKETS = 4_096;

interface Drawn {
  readonly range: Span;
  /** Nanoseconds of a bucket. */
  readonly bucketNs: number;
  /** Whether the spans are all that there is to see. */
  readonly isExact: boolean;
}

/** The spans of the lanes: all of them as wide as the screen, and those in view as fine as they are shown. */
export class TimelineData {
  /** The span in view; undefined until the first answer. */
  readonly lanes = signal<readonly Lane[] | undefined>(undefined);
  /** The whole timeline, for the minimap. */
  readonly overview = signal<readonly Lane[]>([]);
  readonly extent = signal<Span | undefined>(undefined);
  readonly error = signal<unknown>(undefined);
  readonly #subject: Subject;
  #drawn: Drawn | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** Asks for the whole timeline; again after content has changed, with the view that is shown meanwhile. */
  async load(width: number, view?: Span): Promise<void> {
    try {
      const lanes = await this.#ask(undefined, width);
      this.overview.value = lanes;
      this.extent.value = extentOf(lanes);
      this.#drawn = undefined;
      this.error.value = undefined;
      if (view === undefined) this.lanes.value = lanes;
      else this.show(view, width);
    } catch (error) {
      this.error.value = error;
    }
  }

  /** Asks for what is in view, unless it is there as fine as it can be shown. */
  show(view: Span, width: number): void {
    const bucketNs = Number(lengthOf(view)) / Math.max(1, width);
    if (this.#covers(view, bucketNs)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(view, width, bucketNs), SETTLE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  #covers(view: Span, bucketNs: number): boolean {
    const drawn = this.#drawn;
    if (drawn === undefined || view.startNs < drawn.range.startNs || view.endNs > drawn.range.endNs) return false;
    return drawn.isExact || bucketNs >= drawn.bucketNs * FINER;
  }

  async #fetch(view: Span, width: number, bucketNs: number): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const room = lengthOf(view) / MARGIN;
    const range = { startNs: view.startNs - room, endNs: view.endNs + room };
    try {
      const lanes = await this.#ask(range, width * 2, running.signal);
      this.#drawn = { range, bucketNs, isExact: lanes.every(({ areSegments }) => areSegments) };
      this.lanes.value = lanes;
      this.error.value = undefined;
    } catch (error) {
      if (!running.signal.aborted) this.error.value = error;
    }
  }

  async #ask(range: Span | undefined, width: number, signal?: AbortSignal): Promise<Lane[]> {
    const buckets = Math.min(MOST_BUCKETS, Math.max(1, Math.round(width)));
    const query = { buckets, ...(range !== undefined && { timerange: spanText(range) }) };
    const { kind, id } = this.#subject;
    const more = signal === undefined ? {} : { signal };
    const answer =
      kind === 'flow'
        ? server.GET('/timeline/flows/{flowId}', { params: { path: { flowId: id }, query }, ...more })
        : server.GET('/timeline/sources/{sourceId}', { params: { path: { sourceId: id }, query }, ...more });
    const lanes = lanesOf(await dataOf(answer));
    // A flow that only collects others has no content of its own.
    const filled = lanes.filter(({ extent }) => extent !== undefined);
    return filled.length > 0 ? filled : lanes.slice(0, 1);
  }
}
