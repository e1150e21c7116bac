import { formatTimestamp } from '../../src/shared/time/timestamp.ts';
import { type Packet, type ProbedStream, probeFile, probePackets, timeBaseOf } from '../../src/media/probing/probe.ts';
import { divideRounded, least, ticksToNs } from '../../src/media/probing/ticks.ts';
import type { TrackSummary } from './track-summary.ts';

/** Tolerance for rounding in containers. */
const ROUNDING_NS = 1_000_000n;

/** A track, and the stream of the file that it became, in nanoseconds of the file. */
interface Comparison {
  readonly track: TrackSummary;
  readonly stream: ProbedStream;
  /** When each frame is shown, in that order. */
  readonly times: readonly bigint[];
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly frameNs: bigint;
  /** Whether the stream is all that the track became. */
  readonly isAlone: boolean;
}

/**
 * Compares the file with the timelines that it was made of: how long it lasts, when its tracks begin and, where the
 * segments say, how many frames of pictures it has at the time of each. @returns the differences.
 */
export async function checkFile(file: string, tracks: readonly TrackSummary[]): Promise<string[]> {
  const { streams } = await probeFile(file);
  const { packets } = await probePackets(file);
  const problems: string[] = [];
  if (streams.length < tracks.length) problems.push(`it has ${streams.length} streams, and not ${tracks.length}`);
  const comparisons = tracks.flatMap((track, index): Comparison[] => {
    // For muxed tracks the pictures give the duration, as they do for the segments.
    const own = tracks.length > 1 ? streams.slice(index, index + 1) : streams;
    const stream = own.find(({ codec_type: type }) => type === 'video') ?? own[0];
    if (stream === undefined) return [];
    const frames = packets.get(stream.index) ?? [];
    if (frames.length === 0) problems.push(`stream ${stream.index} is empty`);
    return frames.length === 0 ? [] : [{ track, stream, isAlone: own.length === 1, ...measure(stream, frames) }];
  });
  const [first] = comparisons;
  for (const each of comparisons) {
    problems.push(...compareDurations(each), ...compareFrames(each));
    if (first !== undefined) problems.push(...compareBeginnings(first, each));
  }
  return problems;
}

function measure(stream: ProbedStream, frames: readonly Packet[]) {
  const timeBase = timeBaseOf(stream);
  const times = frames.map(({ pts }) => ticksToNs(pts, timeBase)).sort((a, b) => (a < b ? -1 : Number(a > b)));
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const told = frames.map(({ duration }) => ticksToNs(duration, timeBase));
  // The shortest, since one before a gap lasts longer; not every container says it.
  const frameNs = least([...steps, ...told].filter((ns) => ns > 0n));
  const toNs = frames.reduce((end, { pts }, index) => {
    const own = ticksToNs(pts, timeBase) + ((told[index] ?? 0n) || frameNs);
    return own > end ? own : end;
  }, times[0] ?? 0n);
  return { times, fromNs: times[0] ?? 0n, toNs, frameNs };
}

function compareDurations({ track: { flow, startNs, endNs }, stream, fromNs, toNs, frameNs }: Comparison): string[] {
  const [expected, found] = [endNs - startNs, toNs - fromNs];
  if (isNear(found, expected, frameNs + ROUNDING_NS)) return [];
  return [`${flow.id} lasts ${seconds(expected)} s, and stream ${stream.index} ${seconds(found)} s`];
}

/** Pictures and sound belong together. */
function compareBeginnings(first: Comparison, { track, stream, fromNs, frameNs }: Comparison): string[] {
  const [expected, found] = [track.startNs - first.track.startNs, fromNs - first.fromNs];
  const allowedNs = (first.frameNs > frameNs ? first.frameNs : frameNs) / 2n + ROUNDING_NS;
  if (isNear(found, expected, allowedNs)) return [];
  return [
    `${track.flow.id} begins ${seconds(expected)} s after the first, and stream ${stream.index} ${seconds(found)} s`,
  ];
}

function compareFrames({
  track: { flow, parts, startNs },
  stream,
  times,
  fromNs,
  frameNs,
  isAlone,
}: Comparison): string[] {
  if (!isAlone || stream.codec_type !== 'video') return [];
  const slackNs = frameNs / 2n + ROUNDING_NS;
  let next = 0;
  for (const [index, part] of parts.entries()) {
    const end = parts[index + 1];
    const endNs = end && end.startNs - startNs + fromNs - slackNs;
    const before = next;
    while (next < times.length && (endNs === undefined || (times[next] ?? endNs) < endNs)) next++;
    if (part.samples !== undefined && next - before !== part.samples) {
      const from = formatTimestamp(part.startNs);
      return [`${flow.id} has ${part.samples} frames from ${from} on, and stream ${stream.index} ${next - before}`];
    }
  }
  return [];
}

const isNear = (found: bigint, expected: bigint, allowed: bigint): boolean =>
  found - expected <= allowed && expected - found <= allowed;

const seconds = (ns: bigint): string => (Number(divideRounded(ns, 1_000_000n)) / 1000).toFixed(3);
