import { type Signal, signal } from '@preact/signals';
import type { FrameRate, Unit } from '../time/shown-time.ts';
import type { Hit, Marks, Picture } from './draw.ts';
import { spanText } from './lanes.ts';
import { type Subject, TimelineData } from './timeline-data.ts';
import { showing, type Span, wholeView } from './view.ts';

/** A flow as the timeline names and colours it. */
export interface NamedFlow {
  readonly id: string;
  readonly label: string;
  readonly format: string;
}

/** Where a page begins; undefined parts follow from the content. */
interface Asked {
  readonly view: Span | undefined;
  readonly at: bigint | undefined;
}

const COLOURS: Readonly<Record<string, string>> = {
  'urn:x-nmos:format:video': '--lane-video',
  'urn:x-nmos:format:multi': '--lane-video',
  'urn:x-nmos:format:audio': '--lane-audio',
};

/** State of one timeline and the player under it. Times are nanoseconds of the timeline. */
export class TimelineModel {
  readonly data: TimelineData;
  /** Undefined until the content is known. */
  readonly view = signal<Span | undefined>(undefined);
  readonly position = signal(0n);
  readonly inNs = signal<bigint | undefined>(undefined);
  readonly outNs = signal<bigint | undefined>(undefined);
  readonly unit: Signal<Unit> = signal('timecode');
  readonly rate = signal<FrameRate | undefined>(undefined);
  readonly hits = signal<readonly Hit[]>([]);
  readonly flows = signal<readonly NamedFlow[]>([]);
  /** Whether content comes to it now. */
  readonly isLive = signal(false);
  readonly flowHref: (id: string) => string;
  /** Told of each wish to be elsewhere, which a player follows. */
  onSeek: ((ns: bigint) => void) | undefined;
  /** What the address says. */
  #asked: Asked = { view: undefined, at: undefined };

  constructor(subject: Subject, flowHref: (id: string) => string) {
    this.data = new TimelineData(subject);
    this.flowHref = flowHref;
  }

  /** Goes to a time of the content, and brings it into view. */
  seek(ns: bigint): void {
    const extent = this.data.extent.peek();
    if (extent === undefined) return;
    const last = extent.endNs - 1n;
    const to = ns < extent.startNs ? extent.startNs : ns > last ? last : ns;
    this.goTo(to);
    this.onSeek?.(to);
  }

  /** The player is there now. A view that was moved away from it stays where it is. */
  follow(ns: bigint): void {
    const [before, view] = [this.position.peek(), this.view.peek()];
    if (view !== undefined && (before < view.startNs || before >= view.endNs)) this.position.value = ns;
    else this.goTo(ns);
  }

  /** Puts the position there, and the view so that it is seen. */
  goTo(ns: bigint): void {
    this.position.value = ns;
    const [extent, view] = [this.data.extent.peek(), this.view.peek()];
    if (extent !== undefined && view !== undefined) this.view.value = showing(view, ns, extent);
  }

  /** Once the content is known: what the address says of the view, else all. */
  begin(asked: Asked): void {
    this.#asked = asked;
    const extent = this.data.extent.peek();
    if (extent === undefined) return;
    this.view.value = asked.view ?? wholeView(extent);
    this.position.value = asked.at ?? extent.startNs;
  }

  /** Content has come: a view of all of it is one of all again. */
  async reload(width: number): Promise<void> {
    const [before, view] = [this.data.extent.peek(), this.view.peek()];
    await this.data.load(width, view);
    const extent = this.data.extent.peek();
    if (view === undefined) this.begin(this.#asked);
    else if (before !== undefined && extent !== undefined && view === this.view.peek()) {
      if (spanText(view) === spanText(wholeView(before))) this.view.value = wholeView(extent);
    }
  }

  /** The marked stretch; undefined unless it has both ends. */
  marked(): Span | undefined {
    const [startNs, endNs] = [this.inNs.value, this.outNs.value];
    return startNs === undefined || endNs === undefined || startNs >= endNs ? undefined : { startNs, endNs };
  }

  labelOf(flowId: string): string {
    return this.flows.value.find(({ id }) => id === flowId)?.label ?? flowId;
  }

  colourOf(flowId: string): string {
    const format = this.flows.value.find(({ id }) => id === flowId)?.format ?? '';
    return COLOURS[format] ?? '--lane-data';
  }

  /** All that a picture shows; undefined while nothing is known. */
  picture(): Picture | undefined {
    const [view, lanes] = [this.view.value, this.data.lanes.value];
    if (view === undefined || lanes === undefined) return undefined;
    const marks: Marks = { inNs: this.inNs.value, outNs: this.outNs.value };
    return {
      view,
      lanes,
      colours: lanes.map(({ flowId }) => this.colourOf(flowId)),
      hits: this.hits.value,
      marks,
      positionNs: this.position.value,
      unit: this.unit.value,
      rate: this.rate.value,
    };
  }
}
