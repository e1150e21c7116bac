import { type Packet, type ProbedStream, probeFile, probePackets, timeBaseOf } from '../media/probe.ts';
import { divideRounded, ticksToNs } from '../media/ticks.ts';
import type { TrackSummary } from './track-summary.ts';

/** What containers may round times to. */
const ROUNDING_NS = 1_000_000n;

/**
 * Compares the file with the timelines that it was made of: how long it lasts and, where the segments say, how many
 * frames of pictures it has. @returns what is not as it should be.
 */
export async function checkFile(file: string, tracks: readonly TrackSummary[]): Promise<string[]> {
  const { streams } = await probeFile(file);
  const packets = await probePackets(file);
  const problems: string[] = [];
  if (streams.length < tracks.length) problems.push(`it has ${streams.length} streams, and not ${tracks.length}`);
  tracks.forEach((track, index) => {
    // Of what is wrapped up together, the pictures say how long it lasts, as they do for the segments.
    const own = tracks.length > 1 ? streams.slice(index, index + 1) : streams;
    const stream = own.find(({ codec_type: type }) => type === 'video') ?? own[0];
    if (stream === undefined) return;
    problems.push(...compare(track, stream, packets.get(stream.index) ?? [], own.length === 1));
  });
  return problems;
}

function compare(
  { startNs, endNs, samples, flow }: TrackSummary,
  stream: ProbedStream,
  packets: readonly Packet[],
  isAlone: boolean,
): string[] {
  const problems: string[] = [];
  const timeBase = timeBaseOf(stream);
  const [first] = packets;
  if (first === undefined) return [`stream ${stream.index} is empty`];
  let [from, to] = [first.pts, first.pts];
  for (const { pts, duration } of packets) {
    if (pts < from) from = pts;
    if (pts + duration > to) to = pts + duration;
  }
  const lastsNs = ticksToNs(to - from, timeBase);
  const offNs = lastsNs - (endNs - startNs);
  const allowedNs = ticksToNs(first.duration, timeBase) + ROUNDING_NS;
  if (offNs > allowedNs || -offNs > allowedNs) {
    problems.push(`${flow.id} lasts ${seconds(endNs - startNs)} s, and stream ${stream.index} ${seconds(lastsNs)} s`);
  }
  if (samples !== undefined && isAlone && stream.codec_type === 'video' && packets.length !== samples) {
    problems.push(`${flow.id} has ${samples} frames, and stream ${stream.index} ${packets.length}`);
  }
  return problems;
}

const seconds = (ns: bigint): string => (Number(divideRounded(ns, 1_000_000n)) / 1000).toFixed(3);
