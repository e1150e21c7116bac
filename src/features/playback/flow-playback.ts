import type { LRUCache } from 'lru-cache';
import { type MediaPlaylist, targetDurationOf, writeMediaPlaylist } from '../../formats/hls.ts';
import { AppError } from '../../shared/errors.ts';
import { fromJson } from '../../shared/json-text.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { INT64_MIN } from '../../shared/time/timestamp.ts';
import { Format } from '../../tams/documents/format.ts';
import { flowNotFound } from '../../tams/flows/flow-access.ts';
import { numbersOf } from '../../tams/segments/segment-numbers.ts';
import type { StoredSegment } from '../../tams/segments/segment.ts';
import type { FlowChanges } from './flow-changes.ts';
import { type CarriedFormat, type FlowLine, flowLines, mustBeCarried } from './flow-lines.ts';
import { partUses, segmentsIn, STEP_NS, tooMuch } from './flow-segments.ts';
import { type InitExtents, withOwnInits } from './initialisations.ts';
import { DEFAULT_WINDOW_S, isLive, isLoop, toldSeconds } from './live-rules.ts';
import { type PlaylistQuery, writeOf } from './playlist-query.ts';
import { LIMITS } from './playback-settings.ts';
import { readStep, type StepFlows, stepFlows } from './presentation-step.ts';
import { inStep, type StepLine } from './step-lines.ts';
import type { MakingQueue } from './making-queue.ts';
import type { PresentationPlayback } from './presentation-playback.ts';
import type { FlowDocument, FlowState } from '../../tams/flows/flow-state.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** A playlist, or the window that the player has to ask for: what it holds must not grow at its beginning. */
export type MadePlaylist =
  | { readonly text: string | Buffer; /** Undefined while it is live. */ readonly entityTag?: string | undefined }
  | { readonly window: number };

/** The text of a version of a flow's segments. */
export interface KeptPlaylist {
  /** As it is sent. */
  readonly text: Buffer;
  /** Undefined while it is live. */
  readonly entityTag?: string | undefined;
  readonly targetDuration: number;
  /** The number after that of its last line. */
  readonly next: bigint;
}

interface Found {
  /** Those that it keeps in step with. */
  readonly step: StepFlows | undefined;
  readonly state: FlowState;
  readonly shown: FlowDocument;
  readonly targetDuration: number;
  readonly live: boolean;
}

export interface PlaybackParts {
  readonly presentations: PresentationPlayback;
  readonly extents: InitExtents;
  readonly changes: FlowChanges;
  /** Those that are being made. */
  readonly making: Map<string, Promise<KeptPlaylist>>;
  readonly kept: LRUCache<string, KeptPlaylist>;
  readonly queue: MakingQueue;
}

/** A reload may ask for the line after the next, and for none beyond it (rfc8216bis, 6.2.5.2). */
const AWAITED_AHEAD = 2n;
/** The longest that a reload waits: below what proxies and REQUEST_TIMEOUT_S allow. */
const WAIT_MAX_MS = 20_000;
const WAIT_TARGETS = 3;
/** How often a flow is read that changes meanwhile. */
const READS_MAX = 5;
const NS_PER_S = 1_000_000_000n;

/** Media playlists of flows, over a view of the store. */
export class FlowPlayback {
  readonly #store: Pick<VastStore, 'flows' | 'segments' | 'objects'>;
  readonly #parts: PlaybackParts;

  constructor(store: Pick<VastStore, 'flows' | 'segments' | 'objects'>, parts: PlaybackParts) {
    this.#store = store;
    this.#parts = parts;
  }

  /**
   * @param gone aborts when the client is gone
   * @throws AppError not_found for a flow that is not there, or that HLS does not carry; invalid_request for too long a
   *   playlist, and for a line that is far from being there; overloaded
   */
  async playlist(flowId: string, query: PlaylistQuery, gone: AbortSignal): Promise<MadePlaylist> {
    let signal: AbortSignal | undefined;
    for (;;) {
      const found = await this.#find(flowId, query);
      const { state, shown, live } = found;
      if (state.container === null && isMulti(shown)) {
        return { text: await this.#parts.presentations.ofFlow(shown, query.ofRenditions) };
      }
      const format = mustBeCarried(flowId, state.container);
      if (live && query.window === undefined && query.timerange === undefined) return { window: DEFAULT_WINDOW_S };
      const made = await this.#playlistOf(found, format, query);
      const { next, targetDuration } = made;
      const { awaited } = query;
      if (awaited === undefined || awaited < next || made.entityTag !== undefined) return made;
      if (awaited >= next + AWAITED_AHEAD) throw tooFar(next);
      signal ??= AbortSignal.any([
        gone,
        AbortSignal.timeout(Math.min(WAIT_MAX_MS, targetDuration * WAIT_TARGETS * 1000)),
      ]);
      if (signal.aborted || this.#parts.changes.isStopped) return made;
      await this.#parts.changes.wait(flowId, state.segmentsVersion, signal);
    }
  }

  async #find(flowId: string, query: PlaylistQuery): Promise<Found> {
    // The version is read before the segments: a playlist may be newer than it, never older.
    const state = await this.#store.flows.state(flowId);
    const shown = await this.#store.flows.find(flowId);
    if (state === undefined || shown === undefined) throw flowNotFound(flowId);
    const targetDuration = targetDurationIn(state, shown);
    const live = isLive(shown, Date.now(), targetDuration);
    // Lines of a live playlist, and of a window, are numbered by the count of the flow's segments: there is no room for gaps.
    const isStep = !live && query.window === undefined;
    const step = isStep && query.of !== undefined ? await stepFlows(this.#store, flowId, query.of) : undefined;
    return { step, state, shown, targetDuration: Math.max(targetDuration, step?.targetDuration ?? 0), live };
  }

  /** Requests of one playlist share its making. */
  async #playlistOf(found: Found, format: CarriedFormat, query: PlaylistQuery): Promise<KeptPlaylist> {
    const { kept, making, queue } = this.#parts;
    const { step, state, targetDuration, live } = found;
    const { timerange, window } = query;
    const { id, life, segmentsVersion: version } = state;
    const of = query.of && writeOf(query.of);
    const key = [id, life, version, targetDuration, live, format.extension, timerange, window, of, step?.version].join(
      ' ',
    );
    const known = kept.get(key) ?? making.get(key);
    if (known !== undefined) return known;
    const made = queue.run(() => this.#make(found, format, query)).finally(() => making.delete(key));
    making.set(key, made);
    kept.set(key, await made);
    return made;
  }

  /** Numbers and segments are of one version: else a line might get a lower number than it had before. */
  async #make(first: Found, format: CarriedFormat, query: PlaylistQuery): Promise<KeptPlaylist> {
    const { id } = first.state;
    let found = first;
    for (let reads = 1; ; reads++) {
      const { edgeNs } = numbersOf(found.state);
      const segments = await segmentsIn(this.#store, id, query.timerange ?? windowOf(query.window, edgeNs));
      const isSettled = (await this.#store.flows.segmentsVersion(id)) === found.state.segmentsVersion;
      if (isSettled) return this.#write(found, format, query, segments);
      if (reads === READS_MAX) {
        const counted = segments.filter(({ endNs }) => edgeNs !== null && endNs <= edgeNs);
        return this.#write(found, format, query, counted);
      }
      found = await this.#find(id, query);
    }
  }

  async #write(
    found: Found,
    format: CarriedFormat,
    query: PlaylistQuery,
    segments: readonly StoredSegment[],
  ): Promise<KeptPlaylist> {
    const { step, state, live } = found;
    const numbers = numbersOf(state);
    const parts = numbers.hasParts === false ? undefined : await partUses(this.#store, segments);
    const bare = flowLines(state.id, format, segments, (segment) => parts?.has(segment) === true);
    const own = await this.#playable(state.id, format, query, bare);
    const lines = step === undefined ? own : await this.#inStep(found, step, format, query, own);
    const { timerange, window } = query;
    const isCut = timerange !== undefined && timerange.endNs !== null;
    const ended = hasEnded(found, query);
    const breaks = BigInt(lines.filter(({ discontinuity }) => discontinuity).length);
    // A playlist that is cut at its end does not tell how many lines went at its start.
    const mediaSequence = isCut || step !== undefined ? 0n : atLeastZero(numbers.registered - BigInt(lines.length));
    const sliding = typeof window === 'number';
    // The type of a playlist never changes, and these were there while it was live.
    const wasLive = step === undefined && !isCut && (timerange !== undefined || window === 'all');
    const targetDuration = Math.max(found.targetDuration, targetDurationOf(longestOf(segments)));
    const playlist: MediaPlaylist = {
      targetDuration,
      mediaSequence,
      // From a playlist that has its first line, nothing was removed.
      discontinuitySequence: mediaSequence === 0n ? 0n : atLeastZero(numbers.breaks - breaks),
      type: ended && !wasLive && !sliding ? 'VOD' : sliding || losesSegments(found) ? undefined : 'EVENT',
      ended,
      canBlock: !ended,
      startOffset: live && !sliding && !ended ? -WAIT_TARGETS * targetDuration : undefined,
      lines,
    };
    return {
      text: Buffer.from(writeMediaPlaylist(playlist)),
      next: mediaSequence + BigInt(lines.length),
      targetDuration,
      entityTag: ended ? entityTagOf(state, targetDuration, format, step) : undefined,
    };
  }

  /** The lines with all that they need to be played. */
  async #playable(flowId: string, { kind }: CarriedFormat, { of }: PlaylistQuery, lines: readonly FlowLine[]) {
    if (kind === 'fragmented') return withOwnInits(flowId, lines, this.#parts.extents);
    // Times of texts depend on the media that they are played with.
    if (kind === 'text' && of !== undefined)
      return lines.map((line) => ({ ...line, uri: `${line.uri}?of=${writeOf(of)}` }));
    return lines;
  }

  async #inStep(
    { state, targetDuration }: Found,
    flows: StepFlows,
    format: CarriedFormat,
    { timerange = TimeRange.EVERYTHING }: PlaylistQuery,
    lines: readonly StepLine[],
  ): Promise<readonly StepLine[]> {
    const step = await readStep(this.#store, flows, timerange);
    const found = inStep(state.id, format, lines, step, targetDuration, LIMITS.lines);
    if (found !== undefined) return found;
    const [first] = step.stretches;
    const beginWith = TimeRange.fromNs(first?.startNs ?? 0n, (first?.startNs ?? 0n) + STEP_NS).intersect(timerange);
    throw tooMuch(
      `flow ${state.id} lacks more of what is played with it than the ${LIMITS.lines} lines of a playlist`,
      beginWith,
    );
  }
}

/** The window is at the latest end that the flow ever had, so that it never goes back. */
function windowOf(window: number | 'all' | undefined, edgeNs: bigint | null): TimeRange {
  if (typeof window !== 'number' || edgeNs === null) return TimeRange.EVERYTHING;
  const startNs = edgeNs - BigInt(window) * NS_PER_S;
  return TimeRange.fromNs(startNs < INT64_MIN ? INT64_MIN : startNs, null);
}

/** Nothing is added to a stretch that the flow is past. */
function hasEnded({ state, live }: Found, { timerange }: PlaylistQuery): boolean {
  const endNs = timerange?.endNs ?? null;
  return !live || timerange?.isEmpty === true || (endNs !== null && (state.content?.endNs ?? INT64_MIN) >= endNs);
}

const entityTagOf = (
  { segmentsVersion }: FlowState,
  targetDuration: number,
  { extension }: CarriedFormat,
  step: StepFlows | undefined,
): string => `W/"${[segmentsVersion, targetDuration, extension, step?.version ?? ''].join('-')}"`;

/** Nothing may be removed from an `EVENT` (RFC 8216, 4.3.3.5). */
const losesSegments = ({ state, shown }: Found): boolean =>
  isLoop(shown) || numbersOf(state).registered !== (state.content?.segments?.count ?? 0n);

const isMulti = ({ document }: FlowDocument): boolean => fromJson(document).format === Format.multi;

const atLeastZero = (number: bigint): bigint => (number < 0n ? 0n : number);

/** Derived from the flow's own properties, and its longest segment ever, if that is known. */
function targetDurationIn({ content }: FlowState, { document }: FlowDocument): number {
  const toldNs = BigInt(Math.round(toldSeconds(fromJson(document)) * 1e9));
  const longestNs = content?.segments?.longestNs ?? 0n;
  return targetDurationOf(toldNs > longestNs ? toldNs : longestNs);
}

const longestOf = (segments: readonly StoredSegment[]): bigint =>
  segments.reduce((longest, { startNs, endNs }) => (endNs - startNs > longest ? endNs - startNs : longest), 0n);

const tooFar = (next: bigint): AppError =>
  new AppError('invalid_request', `_HLS_msn: the next line is ${next}; ask for it, or the one after it`, {
    field: '_HLS_msn',
  });
