import { join } from 'node:path';
import { fileUrl, type Packet, type ProbedStream, timeBaseOf } from '../../src/media/probing/probe.ts';
import { DamagedMedia } from '../../src/media/probing/probe.ts';
import { runTool, ToolFailure } from '../../src/media/probing/run-tool.ts';
import { divideRounded, least, parseFraction, ticksToNs } from '../../src/media/probing/ticks.ts';
import { hasParametersApart } from '../../src/tams/essence/essence.ts';
import type { SegmentContainer } from '../../src/tams/essence/codecs.ts';
import type { Cut } from './cut-plan.ts';

const NS_PER_US = 1000n;
const NS_PER_S = 1_000_000_000n;
/** MPEG-TS counts 33 bits of 90 kHz; after that its times begin again. */
const TS_END_NS = (2n ** 33n * NS_PER_S) / 90_000n;
/** How long a decoder may keep bytes of a transport stream: its clock (PCR) is this far behind the decoding times. */
const TS_DELAY_NS = 200_000_000n;
/** The longest argument that Linux hands to a program is 128 KiB. */
const ARGUMENT_MAX = 120_000;
/** The cut list of an uncut stream: an empty list would mean ffmpeg's default of 2 s. */
const NEVER_CUT = String(2 ** 31 - 2);

/** A stream of a file on its way into segments. */
export interface MuxedStream {
  readonly stream: ProbedStream;
  readonly packets: readonly Packet[];
  readonly container: SegmentContainer;
  /** ffmpeg's filter that gives its packets times, where the file has none. */
  readonly filter?: string;
}

/** A stream of the file, and the files it is cut into. */
export interface CutStream extends MuxedStream {
  readonly cuts: readonly Cut[];
  readonly prefix: string;
}

/** Offset of the file's times so that none is negative in the segments: whole microseconds, as ffmpeg takes them. */
export function shiftOf(streams: readonly MuxedStream[]): bigint {
  const first = least(
    streams.map((each) => earliestNsOf(each) - (each.container.muxer === 'mpegts' ? TS_DELAY_NS : 0n)),
  );
  return first >= 0n ? 0n : ((-first + NS_PER_US - 1n) / NS_PER_US) * NS_PER_US;
}

/** The earliest time at which a frame is decoded or shown. */
function earliestNsOf({ stream, packets }: MuxedStream): bigint {
  const timeBase = timeBaseOf(stream);
  const times = packets.flatMap(({ dts, pts }) => (dts === undefined || dts > pts ? [pts] : [dts]));
  const earliest = ticksToNs(least(times), timeBase);
  const [first] = packets;
  if (first === undefined || first.dts !== undefined) return earliest;
  // Matroska: ffmpeg has decoding begin as many frames before as it has to reorder.
  const rate = parseFraction(stream.avg_frame_rate);
  const frameNs = rate === undefined ? 0n : divideRounded(rate.den * NS_PER_S, rate.num);
  const decodedNs = ticksToNs(first.pts, timeBase) - BigInt(stream.has_b_frames ?? 0) * frameNs;
  return decodedNs < earliest ? decodedNs : earliest;
}

/** One run of ffmpeg, which reads the file once; it counts packets, so it cuts exactly where the plan does. */
export async function cutFile(
  file: string,
  folder: string,
  streams: readonly CutStream[],
  shiftNs: bigint,
  inputOptions: readonly string[],
): Promise<void> {
  const outputs = streams.flatMap((each) => {
    const { cuts, container, prefix } = each;
    const list = cuts
      .slice(1)
      .map(({ first }) => first)
      .join(',');
    if (list.length > ARGUMENT_MAX) {
      throw new Error(`${file} would become ${cuts.length} segments; choose a longer --segment-duration.`);
    }
    const last = cuts.at(-1);
    if (container.muxer === 'mpegts' && last !== undefined && last.endNs + shiftNs > TS_END_NS) {
      throw new Error(`${file} reaches beyond 26.5 h, where the times of MPEG-TS begin again; cut it in parts first.`);
    }
    return [
      ...copyOptions(each, shiftNs),
      ...['-f', 'segment', '-segment_format', container.muxer],
      // One muxer for all, so that the counters of a transport stream's packets go on from segment to segment.
      ...(container.muxer === 'mpegts' ? ['-individual_header_trailer', '0'] : []),
      ...['-segment_format_options', muxerOptions(each), '-segment_frames', list === '' ? NEVER_CUT : list],
      // A pattern, the folder's own name included.
      fileUrl(join(folder.replaceAll('%', '%%'), `${prefix}-%06d.${container.suffix}`)),
    ];
  });
  await copy(file, inputOptions, outputs);
}

/** Writes each stream of a file to a file of its own. */
export async function takeFileApart(
  file: string,
  streams: readonly (MuxedStream & { readonly path: string })[],
  shiftNs: bigint,
): Promise<void> {
  const outputs = streams.flatMap((each) => [
    ...copyOptions(each, shiftNs),
    ...['-f', each.container.muxer],
    ...muxerOptions(each)
      .split(':')
      .flatMap((option) => [`-${option.replace(/=.*/, '')}`, option.replace(/.*=/, '')]),
    fileUrl(each.path),
  ]);
  await copy(file, [], outputs);
}

async function copy(file: string, inputOptions: readonly string[], outputs: readonly string[]): Promise<void> {
  const args = ['-nostdin', '-y', '-copyts', ...inputOptions, '-i', fileUrl(file), ...outputs];
  const { errors } = await runTool('ffmpeg', args).catch((error: unknown) => {
    throw error instanceof ToolFailure ? new Error(`${file} cannot be cut: ${error.reason}.`, { cause: error }) : error;
  });
  // It goes on after frames that it cannot write.
  const [error] = errors.filter((line) => !/^\[(h264|hevc|mpeg2video|aac)\]/.test(line));
  if (error !== undefined) throw new DamagedMedia(file, error);
}

function copyOptions({ stream, container, filter }: MuxedStream, shiftNs: bigint): string[] {
  const filters = [filter, container.muxer === 'mpegts' ? parameterFilter(stream) : undefined].filter(
    (each) => each !== undefined,
  );
  return [
    ...['-map', `0:${stream.index}`, '-c', 'copy', '-copyinkf', '-avoid_negative_ts', 'disabled'],
    ...['-output_ts_offset', `${shiftNs / NS_PER_US}us`, '-muxpreload', '0'],
    ...['-muxdelay', container.muxer === 'mpegts' ? String(Number(TS_DELAY_NS) / 1e9) : '0'],
    ...(filters.length === 0 ? [] : ['-bsf', filters.join(',')]),
  ];
}

/**
 * In MPEG-TS, frames of sound share packets as long as the delay allows, and the tables of its programme come at the
 * beginning and each second: the defaults make AAC half as large again, and more. The times stay as they are.
 *
 * The clock of a whole MP4 file, in which its beginning is written, counts milliseconds unless told. Some versions of
 * ffmpeg call FLAC in MP4 experimental. A time code would become a track of its own in each segment.
 */
function muxerOptions({ stream, container }: MuxedStream): string {
  return container.muxer === 'mpegts'
    ? 'mpegts_copyts=1:pat_period=1:sdt_period=10'
    : `movie_timescale=${timeBaseOf(stream).den}:use_editlist=1:strict=experimental:write_tmcd=0`;
}

/**
 * ffmpeg repeats H.264's parameter sets before IDR pictures only: a segment that begins an open group would have none.
 * Those of MPEG-4 Visual it does not repeat at all.
 */
function parameterFilter({ codec_name: codec, extradata }: ProbedStream): string | undefined {
  if (codec === 'mpeg4') return 'dump_extra';
  return codec === 'h264' && hasParametersApart(extradata) ? 'h264_mp4toannexb,dump_extra' : undefined;
}
