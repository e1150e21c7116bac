import { type OtioClip, type OtioTrack, writeOtioTimeline } from '../../formats/otio/timeline.ts';
import { fromJson } from '../../shared/json-text.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { Format } from '../../tams/documents/format.ts';
import { NO_TAGS } from '../../tams/documents/tag-filter.ts';
import { flowNotFound } from '../../tams/flows/flow-access.ts';
import type { Flow } from '../../tams/flows/flow.ts';
import { segmentsIn } from './flow-segments.ts';
import type { MakingQueue } from './making-queue.ts';
import { LIMITS } from './playback-settings.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** Flows as timelines of OpenTimelineIO, over a view of the store. */
export class OtioExport {
  readonly #store: Pick<VastStore, 'flows' | 'segments'>;
  readonly #queue: MakingQueue;

  constructor(store: Pick<VastStore, 'flows' | 'segments'>, queue: MakingQueue) {
    this.#store = store;
    this.#queue = queue;
  }

  /**
   * A track for the flow; of a multi flow without segments of its own, one for each flow that it collects. A gap is where
   * the flow has no segments.
   *
   * @param baseUrl of this server
   * @throws AppError not_found; invalid_request where a flow has too many segments there; overloaded
   */
  timeline(flowId: string, timerange: TimeRange, baseUrl: string): Promise<string> {
    return this.#queue.run(() => this.#make(flowId, timerange, baseUrl));
  }

  async #make(flowId: string, timerange: TimeRange, baseUrl: string): Promise<string> {
    const found = await this.#store.flows.find(flowId);
    if (found === undefined) throw flowNotFound(flowId);
    const flow = fromJson(found.document);
    const tracks: OtioTrack[] = [];
    for (const each of await this.#played(flow)) {
      tracks.push({
        name: each.label ?? each.id,
        kind: each.format === Format.audio ? 'Audio' : 'Video',
        url: `tams://${baseUrl.replace(/^https?:\/\//, '')}/flows/${each.id}`,
        metadata: { source_id: each.source_id, flow_id: each.id },
        clips: await this.#stretches(each.id, timerange),
      });
    }
    const starts = tracks.flatMap(({ clips }) => clips[0]?.startNs ?? []);
    const startNs = starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n);
    return writeOtioTimeline(flow.label ?? flow.id, startNs, tracks);
  }

  async #played(flow: Flow): Promise<readonly Flow[]> {
    if (flow.format !== Format.multi || flow.container !== undefined) return [flow];
    const filter = { collectedByIds: [flow.id], tags: NO_TAGS };
    const { items } = await this.#store.flows.list(filter, { limit: LIMITS.renditions });
    const members = items.map(({ document }) => fromJson(document));
    return members.filter(({ format }) => format === Format.video || format === Format.audio);
  }

  /** Stretches without a gap, cut to the range. */
  async #stretches(flowId: string, timerange: TimeRange): Promise<OtioClip[]> {
    const stretches: { startNs: bigint; endNs: bigint }[] = [];
    for (const { startNs, endNs } of await segmentsIn(this.#store, flowId, timerange)) {
      const last = stretches.at(-1);
      if (last?.endNs === startNs) last.endNs = endNs;
      else stretches.push({ startNs, endNs });
    }
    return stretches.flatMap(({ startNs, endNs }) => {
      const cut = TimeRange.fromNs(startNs, endNs).intersect(timerange);
      return cut.isEmpty || cut.startNs === null || cut.endNs === null
        ? []
        : { startNs: cut.startNs, endNs: cut.endNs };
    });
  }
}
