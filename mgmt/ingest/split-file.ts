import { randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Format } from '../../src/domain/format.ts';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { formatTimestamp } from '../../src/shared/time/timestamp.ts';
import { fileUrl, type Packet, probeFile, probePackets, type ProbedStream, timeBaseOf } from '../media/probe.ts';
import { runTool } from '../media/run-tool.ts';
import { least, ticksToNs } from '../media/ticks.ts';
import type { FlowBody } from '../tams-client/types.ts';
import { hasParametersApart } from './avc-parameters.ts';
import { type BitRates, bitRates } from './bit-rates.ts';
import { codecNames, type SegmentContainer } from './codecs.ts';
import { type Cut, latestPts, planCuts } from './cut-plan.ts';
import { essenceOf, kindOf, samplesOf } from './essence.ts';
import type { IngestPlan, IngestSettings, PlannedSegment } from './plan.ts';
import { notesOn, trackName } from './track-notes.ts';

const NS_PER_US = 1000n;
const NS_PER_S = 1_000_000_000n;
/** MPEG-TS counts 33 bits of 90 kHz; after that its times begin again. */
const TS_END_NS = (2n ** 33n * NS_PER_S) / 90_000n;
/** The longest argument that Linux hands to a program is 128 KiB. */
const ARGUMENT_MAX = 120_000;
/** ffmpeg's demuxers of one picture: it makes up a rate for them, and so a time. */
const STILL_PICTURE = /^(image2|\w+_pipe)$/;
/** Of a stream that is not cut: without an end of its own, its list would mean ffmpeg's default of 2 s. */
const NEVER_CUT = String(2 ** 31 - 2);

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
  const { streams: probed, others, format } = await probeFile(file);
  if (STILL_PICTURE.test(format.format_name ?? '')) {
    throw new Error(`${file} is one picture, and nothing says when it is shown; flows of images are not made here.`);
  }
  const { packets } = await probePackets(file);
  const streams = probed.map((stream, index) =>
    cutStream(file, stream, packets.get(stream.index) ?? [], index, settings),
  );
  if (streams.length === 0) throw new Error(`${file} has neither pictures nor sound.`);
  const shiftNs = shiftOf(streams.map(earliestNsOf));
  const firstNs = least(streams.flatMap(({ cuts }) => cuts.slice(0, 1).map(({ startNs }) => startNs)));
  const offsetNs = offsetOf(settings.startNs, firstNs + shiftNs);
  await cutFile(file, folder, streams, shiftNs);
  const rates = await checkedRates(folder, streams, settings.segmentNs);

  const isWhole = streams.length === 1;
  const label = basename(file);
  const flows: FlowBody[] = streams.map(({ stream, packets: own, container, prefix }) => ({
    id: (isWhole ? settings.flowId : undefined) ?? randomUUID(),
    source_id: (isWhole ? settings.sourceId : undefined) ?? randomUUID(),
    label: isWhole ? label : `${label}, ${trackName(prefix, stream)}`,
    ...essenceOf(stream, own),
    ...rates.get(prefix),
    container: container.type,
    segment_duration: secondsOf(settings.segmentNs),
  }));
  const tracks = streams.map((each, index) => ({
    flowId: flows[index]?.id ?? '',
    segments: each.cuts.map((cut, number) => planned(each, cut, number, shiftNs + offsetNs, offsetNs)),
  }));
  const notes = notesOn(file, others, streams);
  if (isWhole) return { flows, tracks, notes };
  const multi = {
    id: settings.flowId ?? randomUUID(),
    source_id: settings.sourceId ?? randomUUID(),
    label,
    format: Format.multi,
    flow_collection: flows.map(({ id }, index) => ({ id, role: streams[index]?.prefix ?? '' })),
  };
  return { flows: [...flows, multi], tracks, notes };
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
      ...['-segment_frames', list === '' ? NEVER_CUT : list],
      // A pattern, the folder's own name included.
      fileUrl(join(folder.replaceAll('%', '%%'), `${prefix}-%06d.${container.suffix}`)),
    ];
  });
  await runTool('ffmpeg', ['-nostdin', '-y', '-copyts', '-i', fileUrl(file), ...outputs], () => undefined);
}

/**
 * The clock of a whole MP4 file, in which its beginning is written, counts milliseconds unless told. Some versions of
 * ffmpeg call FLAC in MP4 experimental. A time code would become a track of its own in each segment.
 */
function formatOptions({ muxer }: SegmentContainer, stream: ProbedStream): string[] {
  if (muxer === 'mpegts') return parameterOptions(stream);
  return [
    '-segment_format_options',
    `movie_timescale=${timeBaseOf(stream).den}:use_editlist=1:strict=experimental:write_tmcd=0`,
  ];
}

/** ffmpeg repeats H.264's parameter sets before IDR pictures only: a segment that begins an open group would have none. */
function parameterOptions({ codec_name: codec, extradata }: ProbedStream): string[] {
  const isMissing = codec === 'h264' && hasParametersApart(extradata);
  return isMissing ? ['-bsf:v', 'h264_mp4toannexb,dump_extra'] : [];
}

/** Nothing is sent of a file that became other pieces than planned. @returns the bit rates of each stream's. */
async function checkedRates(
  folder: string,
  streams: readonly CutStream[],
  segmentNs: bigint,
): Promise<Map<string, BitRates>> {
  const names = await readdir(folder);
  const rates = new Map<string, BitRates>();
  for (const { cuts, prefix } of streams) {
    const own = names.filter((name) => name.startsWith(`${prefix}-`)).sort();
    if (own.length !== cuts.length) {
      throw new Error(`ffmpeg made ${own.length} segments of ${prefix}, and not ${cuts.length}.`);
    }
    const sizes = [];
    for (const [number, { startNs, endNs }] of cuts.entries()) {
      const { size: bytes } = await stat(join(folder, own[number] ?? ''));
      sizes.push({ bytes, ns: endNs - startNs });
    }
    rates.set(prefix, bitRates(sizes, segmentNs));
  }
  return rates;
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
  const isWhole = ns % NS_PER_S === 0n;
  return isWhole
    ? { numerator: Number(ns / NS_PER_S), denominator: 1 }
    : { numerator: Number(ns / 1_000_000n), denominator: 1000 };
}
