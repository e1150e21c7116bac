import type { Packet } from '../../src/media/probing/probe.ts';
import { ticksToNs, type TimeBase } from '../../src/media/probing/ticks.ts';

/** A range of a stream's packets that becomes a segment. */
export interface Cut {
  /** Packets, in the order in which they lie in the file. */
  readonly first: number;
  readonly end: number;
  /** Times on the stream's own clock; the end is the start of the next one, or the end of the last frame. */
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/**
 * Cuts a stream at the first key frame at or after each multiple of the duration, if all earlier packets in the file
 * are also shown earlier. Multiples are counted from the beginning, so that lengths do not drift.
 */
export function planCuts(packets: readonly Packet[], timeBase: TimeBase, segmentNs: bigint): Cut[] {
  const earliest = earliestFrom(packets);
  const [beginning] = earliest;
  if (beginning === undefined) return [];
  const firsts = [0];
  let nextNs = ticksToNs(beginning, timeBase) + segmentNs;
  let latest = beginning;
  packets.forEach(({ pts, isKey }, index) => {
    const atNs = ticksToNs(pts, timeBase);
    const from = earliest[index] ?? pts;
    if (index > 0 && isKey && atNs >= nextNs && from > latest) {
      firsts.push(index);
      while (nextNs <= atNs) nextNs += segmentNs;
    }
    if (pts > latest) latest = pts;
  });
  return firsts.map((first, position) => {
    const end = firsts[position + 1] ?? packets.length;
    const endTicks = earliest[end] ?? endOf(packets.slice(first));
    return {
      first,
      end,
      startNs: ticksToNs(earliest[first] ?? beginning, timeBase),
      endNs: ticksToNs(endTicks, timeBase),
    };
  });
}

/** When the last of the packets to be shown ends. */
export function endOf(packets: readonly Packet[]): bigint {
  return packets.reduce(
    (end, { pts, duration }) => (pts + duration > end ? pts + duration : end),
    packets[0]?.pts ?? 0n,
  );
}

/** When the last of the packets to be shown is shown. */
export function latestPts(packets: readonly Packet[]): bigint {
  return packets.reduce((latest, { pts }) => (pts > latest ? pts : latest), packets[0]?.pts ?? 0n);
}

/** For each packet the earliest time of it and of all that follow. */
function earliestFrom(packets: readonly Packet[]): bigint[] {
  const earliest: bigint[] = [];
  for (let index = packets.length - 1; index >= 0; index--) {
    const own = packets[index]?.pts ?? 0n;
    const later = earliest[index + 1];
    earliest[index] = later === undefined || own < later ? own : later;
  }
  return earliest;
}
