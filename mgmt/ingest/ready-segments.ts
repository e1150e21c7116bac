import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import pLimit from 'p-limit';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { formatTimestamp } from '../../src/shared/time/timestamp.ts';
import {
  type Packet,
  type ProbedFile,
  type ProbedPackets,
  type ProbedStream,
  probeFile,
  probePackets,
  timeBaseOf,
} from '../media/probe.ts';
import { least, ticksToNs } from '../media/ticks.ts';
import { endOf, latestPts } from './cut-plan.ts';
import { kindOf, samplesOf } from './essence.ts';
import type { PlannedSegment } from './plan.ts';

/** Runs of ffprobe at a time. */
const PARALLEL = 4;

/** A file that is a segment as it is. */
export interface ReadySegment {
  /** Within the folder of the ingest, unless it is absolute. */
  readonly file: string;
  /** Its times do not go on from those of the segment before (HLS: EXT-X-DISCONTINUITY). */
  readonly startsAnew: boolean;
}

/** The segments of a flow, what their first one is, and where they lie in time. */
export interface MeasuredSegments {
  readonly first: ProbedFile;
  /** The frames of the first, by the position of their stream in its file. */
  readonly packets: readonly (readonly Packet[])[];
  readonly spans: readonly Span[];
}

/** A segment in times of its own media, and what is added to them on a timeline that begins as the first segment does. */
export interface Span {
  readonly file: string;
  readonly bytes: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** When its last frame is shown, where the segments are of pictures alone. */
  readonly lastNs: bigint | undefined;
  readonly offsetNs: bigint;
  readonly counts: Pick<PlannedSegment['body'], 'sample_count' | 'key_frame_count'>;
}

/**
 * Looks into all segments. The pictures say where a segment lies, or the sound where there are none: sound that is
 * wrapped up with pictures overlaps a little. Times that go back begin anew where the segment before ended.
 */
export async function measureSegments(segments: readonly ReadySegment[], folder: string): Promise<MeasuredSegments> {
  const limit = pLimit(PARALLEL);
  const pathOf = (file: string): string => (isAbsolute(file) ? file : join(folder, file));
  const [head] = segments;
  if (head === undefined) throw new Error('There are no segments.');
  const first = await probeFile(pathOf(head.file));
  const position = Math.max(
    0,
    first.streams.findIndex((stream) => kindOf(stream) === 'video'),
  );
  const stream = first.streams[position];
  if (stream === undefined) throw new Error(`${head.file} has neither pictures nor sound.`);
  const isMuxed = first.streams.length > 1;
  let headPackets: ProbedPackets['packets'] = new Map();
  const measured = await Promise.all(
    segments.map((segment) =>
      limit(async () => {
        const path = pathOf(segment.file);
        const probed = await probePackets(path);
        checkCoding(segment.file, first, probed);
        const packets = probed.packets.get(stream.index);
        if (packets === undefined) {
          throw new Error(`${segment.file} has no frames of stream ${stream.index}, as the first segment has.`);
        }
        if (segment === head) headPackets = probed.packets;
        const { size: bytes } = await stat(path);
        // Each file has a clock of its own.
        return { ...segment, bytes, ...measure(probed.streams.get(stream.index) ?? stream, packets, isMuxed) };
      }),
    ),
  );
  return {
    first,
    packets: first.streams.map(({ index }) => headPackets.get(index) ?? []),
    spans: placed(measured),
  };
}

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

const codingOf = ({
  codec_name: codec = 'unknown',
  width,
  height,
  sample_rate: rate,
  channels,
}: ProbedStream): string =>
  width === undefined
    ? `${codec} of ${rate ?? '?'} Hz, ${channels ?? '?'} channels`
    : `${codec} of ${width}x${height ?? '?'}`;

function measure(stream: ProbedStream, packets: readonly Packet[], isMuxed: boolean) {
  const timeBase = timeBaseOf(stream);
  return {
    startNs: ticksToNs(least(packets.map(({ pts }) => pts)), timeBase),
    endNs: ticksToNs(endOf(packets), timeBase),
    // Of sound, and of what is wrapped up together, a frame is many samples, or of one of several flows.
    lastNs: isMuxed || kindOf(stream) === 'audio' ? undefined : ticksToNs(latestPts(packets), timeBase),
    frameNs: ticksToNs(packets[0]?.duration ?? 0n, timeBase),
    counts: isMuxed ? {} : countsOf(stream, packets),
  };
}

interface Own extends Omit<Span, 'offsetNs'> {
  readonly startsAnew: boolean;
  readonly frameNs: bigint;
}

function placed(segments: readonly Own[]): Span[] {
  const spans: Span[] = [];
  for (const { startsAnew, frameNs, ...segment } of segments) {
    const before = spans.at(-1);
    let offsetNs = before?.offsetNs ?? 0n;
    if (before !== undefined) {
      const gapNs = segment.startNs - before.endNs;
      if (startsAnew || gapNs < -frameNs) offsetNs = before.endNs + before.offsetNs - segment.startNs;
      // Rounding of the container, or of the duration of the last frame: the two meet.
      else if (gapNs < frameNs) spans[spans.length - 1] = { ...before, endNs: segment.startNs };
    }
    spans.push({ ...segment, offsetNs });
  }
  return spans;
}

/**
 * What is added to the times of several tracks, to all the same so that pictures and sound stay together.
 *
 * @param startNs where the first of them goes; unless given, as near to its own times as no `ts_offset` is negative
 * (TAMS 7.0).
 */
export function placementOf(tracks: readonly (readonly Span[])[], startNs: bigint | undefined): bigint {
  const lowestOffset = least(tracks.flat().map(({ offsetNs }) => offsetNs));
  if (startNs === undefined) return lowestOffset < 0n ? -lowestOffset : 0n;
  const firstNs = least(tracks.flatMap((spans) => spans.slice(0, 1).map((span) => span.startNs)));
  const added = startNs - firstNs;
  if (added + lowestOffset < 0n) {
    const earliest = formatTimestamp(firstNs - lowestOffset);
    throw new Error(`--start: must be ${earliest} at least for these segments, or a ts_offset would be negative.`);
  }
  return added;
}

/** What is registered of the segments of a track. */
export function plannedSegments(spans: readonly Span[], added: bigint): PlannedSegment[] {
  return spans.map(({ file, startNs: from, endNs, lastNs, offsetNs, counts }) => {
    const offset = offsetNs + added;
    return {
      file,
      body: {
        timerange: TimeRange.fromNs(from + offset, endNs + offset).toString(),
        ...(offset !== 0n && { ts_offset: formatTimestamp(offset) }),
        ...(lastNs !== undefined && { last_duration: formatTimestamp(endNs - lastNs) }),
        ...counts,
      },
    };
  });
}

function countsOf(stream: ProbedStream, packets: readonly Packet[]): Span['counts'] {
  if (kindOf(stream) === 'audio') {
    return { sample_count: packets.reduce((sum, packet) => sum + samplesOf(stream, packet), 0) };
  }
  return { sample_count: packets.length, key_frame_count: packets.filter(({ isKey }) => isKey).length };
}
