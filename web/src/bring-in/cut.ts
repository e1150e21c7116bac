import { type EncodedPacket, EncodedPacketSink } from 'mediabunny';
import { texts } from '../texts/bring-in.ts';
import { type MediaTrack, UnreadableFile } from './media-file.ts';
import { secondsToTicks } from './ticks.ts';

/** A place in a track where a segment begins: what is needed to go on from there, and to cut the rest alike. */
export interface CutPoint {
  /** The number of the segment. */
  readonly index: number;
  /** When its first frame in the file is shown, in seconds as the file's clock divides them. */
  readonly seconds: number;
  /** The segment ends at the first key frame at or after this tick. */
  readonly untilTicks: bigint;
}

/** Frames of a track that become a segment, in the order in which they lie in the file. */
export interface Cut {
  readonly point: CutPoint;
  readonly packets: readonly EncodedPacket[];
  readonly startTicks: bigint;
  readonly endTicks: bigint;
  readonly bytes: number;
}

/** A segment without a key frame to end at is not held in memory beyond this. */
const BYTES_MAX = 512 * 2 ** 20;
/** Frames after a key frame that may be shown before it; H.264 and H.265 reorder 16 at most. */
const LEADING_MAX = 32;

/**
 * Cuts a track at the first key frame at or after each multiple of the duration, if all earlier frames in the file are
 * also shown earlier: as `mgmt ingest` does, but in one pass, which holds one segment.
 *
 * @param from the segment to begin with; the first one unless given.
 */
export async function* cutTrack(
  file: string,
  { input, name, timescale, frameSize }: MediaTrack,
  segmentTicks: bigint,
  from?: CutPoint,
): AsyncGenerator<Cut> {
  const sink = new EncodedPacketSink(input);
  const first = from === undefined ? undefined : await packetAt(sink, from.seconds);
  if (from !== undefined && first === undefined) throw new UnreadableFile(texts.changed(file));
  const ticksOf = ({ timestamp }: EncodedPacket): bigint => secondsToTicks(timestamp, timescale);
  let current = new Gathered(ticksOf);
  let held = new Gathered(ticksOf);
  let index = from?.index ?? 0;
  let untilTicks = from?.untilTicks;
  const cutOf = (part: Gathered, endTicks: bigint): Cut => ({
    point: { index, seconds: part.packets[0]?.timestamp ?? 0, untilTicks: untilTicks ?? 0n },
    packets: part.packets,
    startTicks: part.earliest,
    endTicks,
    bytes: part.bytes,
  });
  /** Once all is known that is shown before the key frame and comes after it. @returns the segment that ends there */
  const settle = (): Cut | undefined => {
    const [key] = held.packets;
    if (key === undefined || held.earliest <= current.latest) {
      current.addAll(held);
      held = new Gathered(ticksOf);
      return undefined;
    }
    const cut = cutOf(current, held.earliest);
    index++;
    let next = untilTicks ?? 0n;
    while (next <= ticksOf(key)) next += segmentTicks;
    untilTicks = next;
    [current, held] = [held, new Gathered(ticksOf)];
    return cut;
  };
  for await (const packet of sink.packets(first, undefined, {})) {
    if (packet.data.byteLength < packet.byteLength)
      throw new UnreadableFile(texts.cutOffAt(file, name, packet.timestamp));
    const ticks = ticksOf(packet);
    untilTicks ??= ticks + segmentTicks;
    const [key] = held.packets;
    if (key !== undefined && (packet.timestamp > key.timestamp || held.packets.length >= LEADING_MAX)) {
      const cut = settle();
      if (cut !== undefined) yield cut;
    }
    const mayBegin = packet.type === 'key' && ticks >= untilTicks && current.packets.length > 0;
    if (mayBegin || held.packets.length > 0) held.add(packet);
    else current.add(packet);
    if (current.bytes + held.bytes > BYTES_MAX) throw new UnreadableFile(texts.noKeyFrames(file, name));
  }
  const cut = settle();
  if (cut !== undefined) yield cut;
  if (current.packets.length > 0) yield cutOf(current, current.endTicks(timescale, BigInt(frameSize ?? 0)));
}

/** Undefined where no frame is at this time, as in another file. */
async function packetAt(sink: EncodedPacketSink, seconds: number): Promise<EncodedPacket | undefined> {
  const packet = await sink.getPacket(seconds);
  return packet?.timestamp === seconds ? packet : undefined;
}

class Gathered {
  readonly packets: EncodedPacket[] = [];
  bytes = 0;
  earliest = 0n;
  latest = 0n;
  readonly #ticksOf: (packet: EncodedPacket) => bigint;

  constructor(ticksOf: (packet: EncodedPacket) => bigint) {
    this.#ticksOf = ticksOf;
  }

  add(packet: EncodedPacket): void {
    const ticks = this.#ticksOf(packet);
    const isFirst = this.packets.length === 0;
    if (isFirst || ticks < this.earliest) this.earliest = ticks;
    if (isFirst || ticks > this.latest) this.latest = ticks;
    this.bytes += packet.byteLength;
    this.packets.push(packet);
  }

  addAll({ packets }: Gathered): void {
    for (const packet of packets) this.add(packet);
  }

  /** When the last frame ends; one without a duration lasts as long as others do. */
  endTicks(timescale: bigint, usualTicks: bigint): bigint {
    const shown = this.packets.map((packet) => ({ packet, ticks: this.#ticksOf(packet) }));
    shown.sort((a, b) => (a.ticks < b.ticks ? -1 : 1));
    const [before, last] = [shown.at(-2), shown.at(-1)];
    if (last === undefined) return 0n;
    const told = secondsToTicks(last.packet.duration, timescale);
    const apart = before === undefined ? 1n : last.ticks - before.ticks;
    return last.ticks + ([told, usualTicks, apart].find((length) => length > 0n) ?? 1n);
  }
}
