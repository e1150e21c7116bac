import { isAbsolute, join } from 'node:path';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { formatTimestamp } from '../../src/shared/time/timestamp.ts';
import {
  codingOf,
  type Packet,
  type ProbedFile,
  type ProbedPackets,
  type ProbedStream,
  probeFile,
  probePackets,
  timeBaseOf,
} from '../../src/media/probing/probe.ts';
import { divideRounded, least, ticksToNs, type TimeBase } from '../../src/media/probing/ticks.ts';
import { inParallel } from '../in-parallel.ts';
import { endOf, latestPts } from './cut-plan.ts';
import { frameSizeOf, kindOf, sampleCount } from '../../src/tams/essence/essence.ts';
import type { InitSegment, PlannedSegment } from './plan.ts';
import { type Start, startNsOf } from './start.ts';

/** Runs of ffprobe at a time. */
const PARALLEL = 4;

/** A file that is a segment as it is. */
export interface ReadySegment {
  /** Within the folder of the ingest, unless it is absolute. */
  readonly file: string;
  /** Its times do not go on from those of the segment before (HLS: EXT-X-DISCONTINUITY). */
  readonly startsAnew: boolean;
  /** The file begins with it (HLS: EXT-X-MAP). */
  readonly init?: InitSegment;
}

/** The segments of a rendition, what their first one is, and where they lie in time. */
export interface MeasuredSegments {
  readonly first: ProbedFile;
  /** Tracks by the position of their stream in the first segment: muxed tracks have the same files. */
  readonly tracks: readonly MeasuredTrack[];
  /** The position of the track that says where the segments lie: pictures, or sound where there are none. */
  readonly leading: number;
}

export interface MeasuredTrack {
  readonly stream: ProbedStream;
  readonly spans: readonly Span[];
}

/** A segment in times of its own media, and what is added to them on a timeline that begins as the first segment does. */
export interface Span {
  readonly file: string;
  readonly packets: readonly Packet[];
  readonly timeBase: TimeBase;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly offsetNs: bigint;
  /** How far the file's clock is ahead of these times, since it was made from another file. */
  readonly shiftNs: bigint;
}

/**
 * Looks into all segments. Times of the leading track that go back begin anew where the segment before ended, and the
 * others stay in step with it.
 *
 * @param muxed whether all tracks stay together: of the others only the first segment matters then.
 */
export async function measureSegments(
  segments: readonly ReadySegment[],
  folder: string,
  muxed: boolean,
): Promise<MeasuredSegments> {
  const [head] = segments;
  if (head === undefined) throw new Error('The playlist names no segments.');
  const first = await probeFile(pathIn(folder, head.file));
  const leading = Math.max(
    0,
    first.streams.findIndex((stream) => kindOf(stream) === 'video'),
  );
  const stream = first.streams[leading];
  if (stream === undefined) throw new Error(`${head.file} has neither pictures nor sound.`);
  const probed = await inParallel(segments, PARALLEL, async (segment) => {
    const own = await probePackets(pathIn(folder, segment.file));
    checkCoding(segment.file, first, own);
    return { ...segment, ...own };
  });
  const leadingSpans = placed(
    measured(stream, probed).map((span, index) => {
      if (span !== undefined) return span;
      throw new Error(
        `${segments[index]?.file ?? ''} has no frames of stream ${stream.index}, as the first segment has.`,
      );
    }),
  );
  const tracks = first.streams.map((each) => ({
    stream: each,
    spans: each === stream ? leadingSpans : inStep(measured(each, muxed ? probed.slice(0, 1) : probed), leadingSpans),
  }));
  return { first, tracks, leading };
}

/** Where a file of an ingest lies. */
export const pathIn = (folder: string, file: string): string => (isAbsolute(file) ? file : join(folder, file));

/** @throws where a segment is coded otherwise than the first: a flow has one set of parameters (TAMS 7.0). */
function checkCoding(file: string, first: ProbedFile, { streams }: ProbedPackets): void {
  for (const expected of first.streams) {
    const own = streams.get(expected.index);
    if (own !== undefined && codingOf(own) !== codingOf(expected)) {
      throw new Error(
        `${file} is ${codingOf(own)}, and the first segment ${codingOf(expected)}: they cannot be of one flow.`,
      );
    }
  }
}

interface Own extends Omit<Span, 'offsetNs' | 'shiftNs'> {
  readonly startsAnew: boolean;
  readonly frameNs: bigint;
}

/** The stream's part of each segment; undefined where that has none of it. */
function measured(stream: ProbedStream, segments: readonly (ReadySegment & ProbedPackets)[]): (Own | undefined)[] {
  let frameNs = 0n;
  return segments.map(({ file, startsAnew, streams, packets: all }) => {
    // Each file has a clock of its own.
    const timeBase = timeBaseOf(streams.get(stream.index) ?? stream);
    const packets = all.get(stream.index);
    if (packets === undefined) return undefined;
    // A fragment of a single frame may say nothing of how long it is: it lasts as long as others do.
    const [told = 0n] = packets.map(({ duration }) => duration).filter((duration) => duration > 0n);
    if (told > 0n) frameNs = ticksToNs(told, timeBase);
    const duration = told > 0n ? told : divideRounded(frameNs * timeBase.den, timeBase.num * 1_000_000_000n);
    const whole = packets.map((packet) => (packet.duration > 0n ? packet : { ...packet, duration }));
    const startNs = ticksToNs(least(whole.map(({ pts }) => pts)), timeBase);
    const endNs = ticksToNs(endOf(whole), timeBase);
    if (endNs > startNs) return { file, startsAnew, packets: whole, timeBase, startNs, endNs, frameNs };
    throw new Error(`${file}: nothing says how long its only frame of stream ${stream.index} lasts.`);
  });
}

function placed(segments: readonly Own[]): Span[] {
  const spans: Span[] = [];
  for (const { startsAnew, frameNs, ...segment } of segments) {
    const before = spans.at(-1);
    let offsetNs = before?.offsetNs ?? 0n;
    if (before !== undefined) {
      const gapNs = segment.startNs - before.endNs;
      // A segment of one frame goes back by no more than that frame.
      const goesBack = gapNs < -frameNs || segment.startNs <= before.startNs;
      if (startsAnew || goesBack) offsetNs = before.endNs + before.offsetNs - segment.startNs;
      // Rounding of the container, or of the duration of the last frame: the two meet.
      else if (gapNs < frameNs) spans[spans.length - 1] = { ...before, endNs: segment.startNs };
    }
    spans.push({ ...segment, offsetNs, shiftNs: 0n });
  }
  return spans;
}

/** Spans that keep their distance to those of the leading track; where one would reach into the next, it ends there. */
function inStep(segments: readonly (Own | undefined)[], leading: readonly Span[]): Span[] {
  const spans: Span[] = [];
  for (const [index, segment] of segments.entries()) {
    if (segment === undefined) continue;
    const { startsAnew: _, frameNs, ...span } = segment;
    const offsetNs = leading[index]?.offsetNs ?? 0n;
    const before = spans.at(-1);
    const beginsNs = span.startNs + offsetNs;
    if (before !== undefined && beginsNs - (before.endNs + before.offsetNs) < frameNs) {
      const endNs = beginsNs - before.offsetNs;
      if (endNs <= before.startNs) {
        throw new Error(`${span.file}: its sound begins before that of the segment before; --muxed takes it as it is.`);
      }
      spans[spans.length - 1] = { ...before, endNs };
    }
    spans.push({ ...span, offsetNs, shiftNs: 0n });
  }
  return spans;
}

/** One offset for the times of all tracks, so that pictures and sound stay in sync. */
export function placementOf(renditions: readonly MeasuredSegments[], start: Start | undefined): bigint {
  const spans = renditions.flatMap(({ tracks }) => tracks.flatMap((track) => track.spans));
  const lowestOffset = least(spans.map(({ offsetNs, shiftNs }) => offsetNs - shiftNs));
  // As near to their own times as no `ts_offset` is negative (TAMS 7.0).
  if (start === undefined) return lowestOffset < 0n ? -lowestOffset : 0n;
  const streams = renditions.flatMap(({ first }) => first.streams);
  const leaders = renditions.flatMap(({ tracks, leading }) => tracks.slice(leading, leading + 1));
  const leader = leaders.find(({ stream }) => kindOf(stream) === 'video') ?? leaders[0];
  return startNsOf(start, streams) - (leader?.spans[0]?.startNs ?? 0n);
}

/** The segments of a track as they are registered; with muxed tracks, a frame belongs to one of several flows. */
export function plannedSegments(
  { stream, spans }: MeasuredTrack,
  { added, isMuxed }: { readonly added: bigint; readonly isMuxed: boolean },
): PlannedSegment[] {
  return spans.map(({ file, startNs: from, endNs, packets, timeBase, offsetNs, shiftNs }) => {
    const toTimelineNs = offsetNs + added;
    const offset = toTimelineNs - shiftNs;
    return {
      file,
      body: {
        timerange: TimeRange.fromNs(from + toTimelineNs, endNs + toTimelineNs).toString(),
        ...(offset !== 0n && { ts_offset: formatTimestamp(offset) }),
        ...(!isMuxed && countsOf(stream, packets, timeBase, endNs)),
      },
    };
  });
}

function countsOf(
  stream: ProbedStream,
  packets: readonly Packet[],
  timeBase: TimeBase,
  endNs: bigint,
): Partial<PlannedSegment['body']> {
  if (kindOf(stream) === 'audio') {
    const samples = sampleCount(stream, packets, frameSizeOf(stream, timeBase, packets), timeBase);
    return samples === undefined ? {} : { sample_count: samples };
  }
  return {
    last_duration: formatTimestamp(endNs - ticksToNs(latestPts(packets), timeBase)),
    sample_count: packets.length,
    key_frame_count: packets.filter(({ isKey }) => isKey).length,
  };
}
