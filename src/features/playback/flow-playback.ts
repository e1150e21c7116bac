import { LRUCache } from 'lru-cache';
import { targetDurationOf, writeMediaPlaylist } from '../../formats/hls/media-playlist.ts';
import { AppError } from '../../shared/errors.ts';
import { fromJson, type Json } from '../../shared/json-text.ts';
import type { CursorPosition } from '../../shared/paging.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { nextTurn } from '../../shared/turns.ts';
import { flowNotFound } from '../../tams/flows/flow-access.ts';
import { Format } from '../../tams/documents/format.ts';
import type { Flow } from '../../tams/flows/flow.ts';
import type { StoredSegment } from '../../tams/segments/segment.ts';
import type { FlowDocument, FlowState, Store } from '../../tams/store.ts';
import { type CarriedFormat, mustBeCarried } from './carried-formats.ts';
import { type FlowLine, flowLines } from './flow-lines.ts';
import type { InitExtents } from './init-extents.ts';
import { partUses } from './part-uses.ts';
import type { PresentationPlayback } from './presentation-playback.ts';
import { LIMITS } from './playback-settings.ts';

/** Options of a media playlist, as its URL has them. */
export interface PlaylistQuery {
  /** Undefined: what there is. */
  readonly timerange?: TimeRange | undefined;
  /** The query of playlists that a multivariant one leads to; with its `?`. */
  readonly ofRenditions: string;
}

export interface MadePlaylist {
  readonly text: string;
  /** Undefined while it is live. */
  readonly entityTag?: string | undefined;
}

/** Rows that are read in one turn of the event loop. */
const READ_AT_ONCE = 2_000;
const CACHE_BYTES = 32 * 1024 * 1024;
const ENTRY_OVERHEAD_BYTES = 500;

/** Texts of playlists, by all that they are made of. */
export const playlistCache = (): LRUCache<string, string> =>
  new LRUCache({
    maxSize: CACHE_BYTES,
    sizeCalculation: (text, key) => text.length + key.length + ENTRY_OVERHEAD_BYTES,
  });

/** Media playlists of flows, over a view of the store. */
export class FlowPlayback {
  readonly #store: Pick<Store, 'flows' | 'segments' | 'objects'>;
  readonly #presentations: PresentationPlayback;
  readonly #extents: InitExtents;
  readonly #kept: LRUCache<string, string>;

  constructor(
    store: Pick<Store, 'flows' | 'segments' | 'objects'>,
    presentations: PresentationPlayback,
    extents: InitExtents,
    kept: LRUCache<string, string>,
  ) {
    this.#store = store;
    this.#presentations = presentations;
    this.#extents = extents;
    this.#kept = kept;
  }

  /**
   * @throws AppError not_found for a flow that is not there, or that HLS does not carry; invalid_request for too long a
   * playlist
   */
  async playlist(flowId: string, query: PlaylistQuery): Promise<MadePlaylist> {
    // The version is read before the segments: a playlist may be newer than it, never older.
    const state = await this.#store.flows.state(flowId);
    const shown = await this.#store.flows.find(flowId);
    if (state === undefined || shown === undefined) throw flowNotFound(flowId);
    if (state.container === null && isMulti(shown)) {
      return { text: await this.#presentations.ofFlow(shown, query.ofRenditions) };
    }
    const format = mustBeCarried(flowId, state.container);
    const range = query.timerange ?? TimeRange.EVERYTHING;
    const key = [flowId, state.life, state.segmentsVersion, range.toString(), format.extension].join(' ');
    let text = this.#kept.get(key);
    if (text === undefined) {
      text = await this.#make(state, shown, format, range);
      this.#kept.set(key, text);
    }
    return { text, entityTag: `W/"${state.segmentsVersion}"` };
  }

  async #make(state: FlowState, shown: FlowDocument, format: CarriedFormat, range: TimeRange): Promise<string> {
    const segments = await this.#read(state.id, range);
    const parts = await partUses(this.#store, segments);
    const lines = flowLines(state.id, format, segments, (segment) => parts.has(segment));
    const withInits = format.kind === 'fragmented' ? await this.#withExtents(state.id, lines) : lines;
    return writeMediaPlaylist({
      targetDuration: targetDuration(state, shown, segments),
      mediaSequence: 0n,
      discontinuitySequence: 0n,
      type: 'VOD',
      ended: true,
      canBlock: false,
      lines: withInits,
    });
  }

  async #read(flowId: string, timerange: TimeRange): Promise<StoredSegment[]> {
    const segments: StoredSegment[] = [];
    let after: CursorPosition | undefined;
    do {
      const page = await this.#store.segments.page(
        flowId,
        { timerange, reverse: false },
        { limit: READ_AT_ONCE, ...(after && { after }) },
      );
      for (const segment of page.items) segments.push(segment);
      if (segments.length > LIMITS.lines) throw tooLong(flowId, timerange, segments);
      after = page.next;
      if (after !== undefined) await nextTurn();
    } while (after !== undefined);
    return segments;
  }

  /** Files that have their own initialisation are asked for it wherever the clock begins anew. */
  async #withExtents(flowId: string, lines: readonly FlowLine[]): Promise<FlowLine[]> {
    const asked = lines.filter(
      ({ segment, discontinuity }, index) => segment.initObjectId === null && (index === 0 || discontinuity),
    );
    const extents = new Map(
      await Promise.all(
        asked
          .slice(0, LIMITS.extentsRead)
          .map(async (line) => [line, await this.#extents.read(line.segment.locations)] as const),
      ),
    );
    return lines.map((line) => {
      const extent = extents.get(line) ?? (asked.includes(line) ? 'unknown' : undefined);
      if (extent === undefined) return line;
      if (extent === 'whole') {
        const { startNs, endNs } = line;
        const at = TimeRange.fromNs(startNs, endNs).toString();
        throw new AppError('not_found', `flow ${flowId} has MP4 without fragments at ${at}, which HLS does not carry`);
      }
      return { ...line, init: { uri: line.uri, ...(extent !== 'unknown' && { bytes: extent }) } };
    });
  }
}

const isMulti = ({ document }: FlowDocument): boolean => fromJson(document as Json<Flow>).format === Format.multi;

function tooLong(flowId: string, asked: TimeRange, segments: readonly StoredSegment[]): AppError {
  const endNs = segments[LIMITS.lines]?.startNs ?? null;
  const range = asked.intersect(TimeRange.fromNs(segments[0]?.startNs ?? null, endNs));
  return new AppError(
    'invalid_request',
    `timerange: flow ${flowId} has more segments there than the ${LIMITS.lines} of a playlist; begin with timerange=${range.toString()}`,
    { field: 'timerange' },
  );
}

/** From what the flow says of itself, or from the longest segment that it ever had: all that the playlist may ever show. */
function targetDuration(state: FlowState, shown: FlowDocument, segments: readonly StoredSegment[]): number {
  const { segment_duration: told } = fromJson(shown.document as Json<Flow>);
  let longestNs = state.content?.segments?.longestNs ?? 0n;
  for (const { startNs, endNs } of segments) if (endNs - startNs > longestNs) longestNs = endNs - startNs;
  if (told === undefined) return targetDurationOf(longestNs);
  const toldNs = BigInt(Math.ceil((told.numerator / (told.denominator ?? 1)) * 1e9));
  return targetDurationOf(toldNs > longestNs ? toldNs : longestNs);
}
