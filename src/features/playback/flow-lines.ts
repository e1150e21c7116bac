import type { MediaLine } from '../../formats/hls.ts';
import { utcOfTai } from '../../shared/time/leap-seconds.ts';
import { clockOf, goesOn, type SegmentClock } from '../../tams/segments/segment-clock.ts';
import type { StoredSegment } from '../../tams/segments/segment.ts';
import { containerExtension } from '../../media/container-extension.ts';
import { AppError } from '../../shared/errors.ts';

/** How HLS carries the segments of a container (RFC 8216, section 3). */
export interface CarriedFormat {
  /** `fragmented` needs an initialisation. */
  readonly kind: 'transport' | 'fragmented' | 'packed' | 'text';
  /** The extension of its lines' names, without the dot. */
  readonly extension: string;
}

const KINDS: Readonly<Record<string, CarriedFormat['kind']>> = {
  'video/mp2t': 'transport',
  'video/mp4': 'fragmented',
  'audio/mp4': 'fragmented',
  'video/iso.segment': 'fragmented',
  'audio/iso.segment': 'fragmented',
  'audio/aac': 'packed',
  'audio/mpeg': 'packed',
  'audio/mp3': 'packed',
  'audio/ac3': 'packed',
  'audio/eac3': 'packed',
  'text/vtt': 'text',
};

/** Undefined: HLS does not carry such segments. */
export function carriedFormat(container: string | null | undefined): CarriedFormat | undefined {
  const type = container?.toLowerCase().split(';', 1)[0]?.trim() ?? '';
  const kind = KINDS[type];
  if (kind === undefined) return undefined;
  return { kind, extension: kind === 'fragmented' ? 'mp4' : (containerExtension(type) ?? 'bin') };
}

/** As `carriedFormat`. @throws AppError not_found that says why */
export function mustBeCarried(flowId: string, container: string | null): CarriedFormat {
  const format = carriedFormat(container);
  if (format !== undefined) return format;
  const is = container === null ? 'has no container' : `has segments of ${container}`;
  throw new AppError(
    'not_found',
    `flow ${flowId} ${is}: HLS carries MPEG-TS, fragmented MP4, packed audio (AAC, MP3, AC-3) and WebVTT`,
  );
}

/** A timeline that begins later is TAI since 1970; the timelines of files begin near zero (TAMS, AppNote 0008). */
const WALL_CLOCK_FROM_NS = BigInt(Date.parse('1990-01-01T00:00:00Z')) * 1_000_000n;
const NS_PER_MS = 1_000_000n;

/** A line, with the segment that it is. */
export type FlowLine = MediaLine & {
  readonly segment: StoredSegment;
  /** Whether it would have a discontinuity also if the line before it reached its start. */
  readonly clockBreak: boolean;
};

/**
 * The lines of segments that follow each other in time, and so the discontinuities between them.
 *
 * @param isPart whether a segment uses a part of its object
 */
export function flowLines(
  flowId: string,
  { kind, extension }: CarriedFormat,
  segments: readonly StoredSegment[],
  isPart: (segment: StoredSegment) => boolean,
): FlowLine[] {
  let before: SegmentClock | undefined;
  let initId: string | null = null;
  return segments.map((segment): FlowLine => {
    const { startNs, endNs, initObjectId } = segment;
    const clock = clockOf(segment, isPart(segment));
    const discontinuity = before !== undefined && !goesOn(before, clock);
    const isFirst = before === undefined;
    const needsInit = kind === 'fragmented' && initObjectId !== null && initObjectId !== initId;
    const clockBreak = before !== undefined && discontinuity && !goesOn({ ...before, endNs: startNs }, clock);
    before = clock;
    initId = initObjectId;
    return {
      uri: `${flowId}/${startNs}_${endNs}.${extension}`,
      startNs,
      endNs,
      discontinuity,
      init: needsInit ? { uri: `${flowId}/init/${encodeURIComponent(initObjectId)}.mp4` } : undefined,
      programDateMs: isFirst || discontinuity ? programDateMs(startNs) : undefined,
      clockBreak,
      segment,
    };
  });
}

/** Unix milliseconds; undefined where the timeline is no wall clock. */
export const programDateMs = (ns: bigint): number | undefined =>
  ns >= WALL_CLOCK_FROM_NS ? Number(utcOfTai(ns) / NS_PER_MS) : undefined;
