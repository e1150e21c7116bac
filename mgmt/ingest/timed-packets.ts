import {
  DamagedMedia,
  isTimed,
  type Packet,
  type ProbedFile,
  type ProbedPackets,
  type ProbedStream,
  probeRawPackets,
  type RawPacket,
  timeBaseOf,
} from '../../src/media/probing/probe.ts';
import { least, ticksToNs } from '../../src/media/probing/ticks.ts';

/** How a file's frames get the times of presentation that its container has no place for (AVI), or lost (MXF). */
export interface TimedPackets {
  readonly packets: ProbedPackets['packets'];
  readonly corruptPackets: number;
  /** End of the last stream, including those that are left out. */
  readonly endNs: bigint;
  /** Options of ffmpeg before the input. */
  readonly inputOptions: readonly string[];
  /** ffmpeg's filter by stream, which gives its packets the same times. */
  readonly filters: ReadonlyMap<number, string>;
}

const GENERATE = ['-fflags', '+genpts'];
/** Coded so that the others than B-frames are shown when the next of them is decoded: the order says when. */
const SIMPLE_ORDER: ReadonlySet<string> = new Set(['mpeg1video', 'mpeg2video', 'mpeg4']);
const NO_TIMES = /^(avi|mxf)/;

/**
 * The packets of a file with their times. Where the container has none, they follow from the order of the frames at
 * their fixed rate.
 *
 * @throws where they do not.
 */
export async function timedPackets(file: string, { format, streams }: ProbedFile): Promise<TimedPackets> {
  const asRead = await probeRawPackets(file, []);
  // In a transport stream they are lost on the way; a file does not lose them.
  if (asRead.corruptPackets > 0 && format.format_name !== 'mpegts') {
    throw new DamagedMedia(file, `bytes of ${asRead.corruptPackets} of its packets are missing`);
  }
  const reordered = streams.filter((stream) => {
    const own = asRead.packets.get(stream.index) ?? [];
    return (stream.has_b_frames ?? 0) > 0 && lacksTimes(own, stream, format.format_name);
  });
  for (const stream of reordered) {
    if (!SIMPLE_ORDER.has(stream.codec_name ?? '')) throw withoutTimes(file, stream);
  }
  const read = reordered.length === 0 ? asRead : await probeRawPackets(file, GENERATE);
  const packets = new Map<number, readonly Packet[]>();
  const filters = new Map<number, string>();
  for (const stream of streams) {
    const own = read.packets.get(stream.index) ?? [];
    const isReordered = reordered.includes(stream);
    const timed = isReordered
      ? own.map(oneEarlier)
      : own.map(({ pts, dts, ...rest }) => ({ ...rest, dts, pts: pts ?? dts }));
    if (!timed.every(isTimed)) throw withoutTimes(file, stream);
    packets.set(stream.index, timed);
    if (isReordered) filters.set(stream.index, 'setts=pts=PTS-DURATION:dts=DTS-DURATION');
    else if (!own.every(isTimed)) filters.set(stream.index, 'setts=pts=DTS');
  }
  const inputOptions = reordered.length === 0 ? [] : GENERATE;
  return { packets, corruptPackets: asRead.corruptPackets, endNs: endOfAll(asRead), inputOptions, filters };
}

function endOfAll({ streams, packets }: ProbedPackets<RawPacket>): bigint {
  const ends = [...packets].map(([index, own]) => {
    const timeBase = timeBaseOf(streams.get(index) ?? { index });
    return ticksToNs(-least(own.map(({ pts, dts, duration }) => -((pts ?? dts ?? 0n) + duration))), timeBase);
  });
  return -least(ends.map((end) => -end));
}

/** Whether frames are shown in another order than they lie in the file, and their times do not say which. */
function lacksTimes(packets: readonly RawPacket[], { codec_name: codec = '' }: ProbedStream, formatName = ''): boolean {
  if (packets.every(({ isKey }) => isKey)) return false;
  if (!packets.every(isTimed)) return true;
  // ffmpeg writes H.264 to MXF with the times of decoding as those of presentation.
  return NO_TIMES.test(formatName) && !SIMPLE_ORDER.has(codec) && packets.every(isAsDecoded);
}

const isAsDecoded = ({ pts, dts }: RawPacket): boolean => pts === dts;

/** ffmpeg has the first picture shown a frame after it is decoded; it belongs to the first sound. */
const oneEarlier = ({ pts, dts, duration, ...rest }: RawPacket): RawPacket => ({
  ...rest,
  duration,
  pts: pts === undefined ? undefined : pts - duration,
  dts: dts === undefined ? undefined : dts - duration,
});

const withoutTimes = (file: string, { index, codec_name: codec = 'unknown' }: ProbedStream): Error =>
  new Error(
    `${file}: nothing says when the frames of stream ${index} (${codec}) are shown. Give them times first, without encoding` +
      ' them anew (of AVI: mkvmerge -o new.mkv FILE), or encode it anew, and ingest that.',
  );
