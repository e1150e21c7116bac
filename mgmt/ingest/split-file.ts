import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Format } from '../../src/domain/format.ts';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { formatTimestamp } from '../../src/shared/time/timestamp.ts';
import { fileUrl, type Packet, probeFile, probePackets, type ProbedStream, timeBaseOf } from '../media/probe.ts';
import { runTool } from '../media/run-tool.ts';
import { least, ticksToNs } from '../media/ticks.ts';
import type { FlowBody } from '../tams-client/types.ts';
import { codecNames, type SegmentContainer } from './codecs.ts';
import { type Cut, latestPts, planCuts } from './cut-plan.ts';
import { essenceOf, kindOf, samplesOf } from './essence.ts';
import type { IngestPlan, IngestSettings, PlannedSegment } from './plan.ts';

const NS_PER_US = 1000n;
/** MPEG-TS counts 33 bits of 90 kHz; after that its times begin again. */
const TS_END_NS = (2n ** 33n * 1_000_000_000n) / 90_000n;
/** The longest argument that Linux hands to a program is 128 KiB. */
const ARGUMENT_MAX = 120_000;

/** A stream of the file, and the files it is cut into. */
interface CutStream {
  readonly stream: ProbedStream;
  readonly packets: readonly Packet[];
  readonly cuts: readonly Cut[];
  readonly container: SegmentContainer;
  readonly prefix: string;
}

/**
 * Cuts a file into segments in `folder`, a flow per stream, without encoding anything anew. Their times on the timeline
 * come from the file's own, not from those that the segments' containers round to.
 */
export async function splitFile(
  file: string,
  folder: string,
  settings: IngestSettings,
): Promise<Omit<IngestPlan, 'fingerprint'>> {
  const { streams: probed } = await probeFile(file);
  const packets = await probePackets(file);
  const streams = probed.map((stream, index) =>
    cutStream(file, stream, packets.get(stream.index) ?? [], index, settings),
  );
  if (streams.length === 0) throw new Error(`${file} has neither pictures nor sound.`);
  const shiftNs = shiftOf(streams.map(earliestNsOf));
  const firstNs = least(streams.flatMap(({ cuts }) => cuts.slice(0, 1).map(({ startNs }) => startNs)));
  const offsetNs = offsetOf(settings.startNs, firstNs + shiftNs);
  await cutFile(file, folder, streams, shiftNs);
  await checkFiles(folder, streams);

  const isWhole = streams.length === 1;
  const label = basename(file);
  const flows: FlowBody[] = streams.map(({ stream, packets: own, container, prefix }) => ({
    id: (isWhole ? settings.flowId : undefined) ?? randomUUID(),
    source_id: (isWhole ? settings.sourceId : undefined) ?? randomUUID(),
    label: isWhole ? label : `${label}, ${prefix}`,
    ...essenceOf(stream, own),
    container: container.type,
    segment_duration: secondsOf(settings.segmentNs),
  }));
  const tracks = streams.map((each, index) => ({
    flowId: flows[index]?.id ?? '',
    segments: each.cuts.map((cut, number) => planned(each, cut, number, shiftNs + offsetNs, offsetNs)),
  }));
  if (isWhole) return { flows, tracks };
  const multi = {
    id: settings.flowId ?? randomUUID(),
    source_id: settings.sourceId ?? randomUUID(),
    label,
    format: Format.multi,
    flow_collection: flows.map(({ id }, index) => ({ id, role: streams[index]?.prefix ?? '' })),
  };
  return { flows: [...flows, multi], tracks };
}

function cutStream(
  file: string,
  stream: ProbedStream,
  packets: readonly Packet[],
  index: number,
  { segmentNs }: IngestSettings,
): CutStream {
  const kind = kindOf(stream);
  const { container } = codecNames(stream.codec_name ?? 'unknown', kind);
  if (container === undefined) {
    throw new Error(`${file}: ${stream.codec_name ?? 'unknown'} cannot be cut here; give ready segments (--ready).`);
  }
  if (packets.length === 0) throw new Error(`${file}: stream ${stream.index} has no frames.`);
  return {
    stream,
    packets,
    cuts: planCuts(packets, timeBaseOf(stream), segmentNs),
    container,
    prefix: `${kind}-${index}`,
  };
}

/** What is added to the file's times so that none is negative in the segments: whole microseconds, as ffmpeg takes. */
function shiftOf(timesNs: readonly bigint[]): bigint {
  const first = least(timesNs);
  return first >= 0n ? 0n : ((-first + NS_PER_US - 1n) / NS_PER_US) * NS_PER_US;
}

/** The earliest time at which a frame is decoded or shown. */
function earliestNsOf({ stream, packets }: CutStream): bigint {
  let earliest = packets[0]?.pts ?? 0n;
  for (const { dts, pts } of packets) {
    if (dts < earliest) earliest = dts;
    if (pts < earliest) earliest = pts;
  }
  return ticksToNs(earliest, timeBaseOf(stream));
}

/** What is added to the times in the segments on the timeline, their `ts_offset`, which cannot be negative (TAMS 7.0). */
function offsetOf(startNs: bigint | undefined, firstNs: bigint): bigint {
  if (startNs === undefined) return 0n;
  if (startNs < firstNs) {
    throw new Error(
      `--start: the media's own times begin at ${formatTimestamp(firstNs)}, and ts_offset cannot be negative (TAMS 7.0).`,
    );
  }
  return startNs - firstNs;
}

/** One run of ffmpeg, which reads the file once; it counts packets, so it cuts exactly where the plan does. */
async function cutFile(file: string, folder: string, streams: readonly CutStream[], shiftNs: bigint): Promise<void> {
  const outputs = streams.flatMap(({ stream, cuts, container, prefix }) => {
    const frames = cuts.slice(1).map(({ first }) => first);
    const list = frames.join(',');
    if (list.length > ARGUMENT_MAX) {
      throw new Error(`${file} would become ${cuts.length} segments; choose a longer --segment-duration.`);
    }
    const last = cuts.at(-1);
    if (container.muxer === 'mpegts' && last !== undefined && last.endNs + shiftNs > TS_END_NS) {
      throw new Error(`${file} reaches beyond 26.5 h, where the times of MPEG-TS begin again; cut it in parts first.`);
    }
    return [
      ...['-map', `0:${stream.index}`, '-c', 'copy', '-copyinkf', '-avoid_negative_ts', 'disabled'],
      ...['-output_ts_offset', `${shiftNs / NS_PER_US}us`, '-muxdelay', '0', '-muxpreload', '0'],
      ...['-f', 'segment', '-segment_format', container.muxer],
      ...formatOptions(container, stream),
      // Without an end of its own, the list of a stream that is not cut would mean the default of 2 s.
      ...['-segment_frames', list === '' ? '2147483647' : list],
      fileUrl(join(folder, `${prefix}-%06d.${container.suffix}`)),
    ];
  });
  await runTool('ffmpeg', ['-nostdin', '-y', '-copyts', '-i', fileUrl(file), ...outputs], () => undefined);
}

/**
 * The clock of a whole MP4 file, in which its beginning is written, counts milliseconds unless told. Some versions of
 * ffmpeg call FLAC in MP4 experimental.
 */
function formatOptions({ muxer }: SegmentContainer, stream: ProbedStream): string[] {
  if (muxer === 'mpegts') return [];
  return ['-segment_format_options', `movie_timescale=${timeBaseOf(stream).den}:use_editlist=1:strict=experimental`];
}

/** Nothing is sent of a file that became other pieces than planned. */
async function checkFiles(folder: string, streams: readonly CutStream[]): Promise<void> {
  const names = await readdir(folder);
  for (const { cuts, prefix } of streams) {
    const count = names.filter((name) => name.startsWith(`${prefix}-`)).length;
    if (count !== cuts.length) throw new Error(`ffmpeg made ${count} segments of ${prefix}, and not ${cuts.length}.`);
  }
}

function planned(
  { stream, packets, container, prefix }: CutStream,
  cut: Cut,
  number: number,
  toTimelineNs: bigint,
  offsetNs: bigint,
): PlannedSegment {
  const own = packets.slice(cut.first, cut.end);
  const isVideo = kindOf(stream) === 'video';
  const samples = isVideo ? own.length : own.reduce((sum, packet) => sum + samplesOf(stream, packet), 0);
  return {
    file: `${prefix}-${String(number).padStart(6, '0')}.${container.suffix}`,
    body: {
      timerange: TimeRange.fromNs(cut.startNs + toTimelineNs, cut.endNs + toTimelineNs).toString(),
      ...(offsetNs !== 0n && { ts_offset: formatTimestamp(offsetNs) }),
      ...(isVideo && {
        last_duration: formatTimestamp(cut.endNs - ticksToNs(latestPts(own), timeBaseOf(stream))),
        key_frame_count: own.filter(({ isKey }) => isKey).length,
      }),
      sample_count: samples,
    },
  };
}

function secondsOf(ns: bigint): { numerator: number; denominator: number } {
  return { numerator: Number(ns / 1_000_000n), denominator: 1000 };
}
