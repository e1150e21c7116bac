import { randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Format } from '../../src/tams/documents/format.ts';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { formatTimestamp } from '../../src/shared/time/timestamp.ts';
import {
  DamagedMedia,
  type Packet,
  type ProbedFile,
  type ProbedStream,
  probeFile,
  timeBaseOf,
} from '../../src/media/probing/probe.ts';
import { least, ticksToNs } from '../../src/media/probing/ticks.ts';
import type { FlowBody } from '../tams-client/types.ts';
import { type BitRates, bitRates } from './bit-rates.ts';
import { codecNames } from '../../src/tams/essence/codecs.ts';
import { cutFile, type CutStream, shiftOf } from './cut-file.ts';
import { type Cut, latestPts, planCuts } from './cut-plan.ts';
import { essenceOf, frameSizeOf, kindOf, sampleCount } from '../../src/tams/essence/essence.ts';
import type { IngestPlan, IngestSettings, PlannedSegment } from './plan.ts';
import { type OwnStart, ownStartOf, startNsOf } from './start.ts';
import { type TimedPackets, timedPackets } from './timed-packets.ts';

const NS_PER_S = 1_000_000_000n;
/** Tolerance for clocks and the last frame. */
const MISSING_NS = 500_000_000n;
/** ffmpeg's demuxers of one picture: it makes up a rate for them, and so a time. */
const STILL_PICTURE = /^(image2|\w+_pipe)$/;
/**
 * Cuts a file into segments in `folder`, a flow per stream, without encoding anything anew. Their times on the timeline
 * come from the file's own, not from those that the segments' containers round to.
 */
export async function splitFile(
  file: string,
  folder: string,
  settings: IngestSettings,
): Promise<Omit<IngestPlan, 'fingerprint'>> {
  const probed = await probeFile(file);
  if (STILL_PICTURE.test(probed.format.format_name ?? '')) {
    throw new Error(`${file} is one picture, and nothing says when it is shown; flows of images are not made here.`);
  }
  const timed = await timedPackets(file, probed);
  const streams = probed.streams.map((stream, index) => cutStream(file, stream, timed, index, settings));
  if (streams.length === 0) throw new Error(`${file} has neither pictures nor sound.`);
  checkComplete(file, probed, timed);
  const shiftNs = shiftOf(streams);
  const own: OwnStart = settings.start === undefined ? ownStartOf(probed) : {};
  const startNs = settings.start === undefined ? own.startNs : startNsOf(settings.start, probed.streams);
  const offsetNs = startNs === undefined ? 0n : startNs - firstShownNs(streams) - shiftNs;
  await cutFile(file, folder, streams, shiftNs, timed.inputOptions);
  const rates = await checkedRates(folder, streams, settings.segmentNs);

  const isWhole = streams.length === 1;
  const { label = basename(file) } = settings;
  const flows: FlowBody[] = streams.map(({ stream, packets: own, container, prefix }) => ({
    id: (isWhole ? settings.flowId : undefined) ?? randomUUID(),
    source_id: (isWhole ? settings.sourceId : undefined) ?? randomUUID(),
    label: isWhole ? label : `${label}, ${trackName(prefix, stream)}`,
    ...essenceOf(stream, own),
    ...rates.get(prefix),
    container: container.type,
    segment_duration: secondsOf(settings.segmentNs),
  }));
  const tracks = streams.map((each, index) => {
    const { stream, packets, cuts } = each;
    const frameSize = kindOf(stream) === 'audio' ? frameSizeOf(stream, timeBaseOf(stream), packets) : undefined;
    return {
      flowId: flows[index]?.id ?? '',
      segments: cuts.map((cut, number) => planned(each, cut, number, { shiftNs, offsetNs, frameSize })),
    };
  });
  const notes = [
    ...(own.note === undefined ? [] : [`${file} is ${own.note}`]),
    ...notesOn(file, probed.others, streams, timed.corruptPackets),
  ];
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
  { packets: all, filters }: TimedPackets,
  index: number,
  { segmentNs }: IngestSettings,
): CutStream {
  const kind = kindOf(stream);
  const packets = all.get(stream.index) ?? [];
  const { container } = codecNames(stream.codec_name ?? 'unknown', kind);
  if (container === undefined) {
    throw new Error(
      `${file}: stream ${stream.index} is ${stream.codec_name ?? 'of an unknown codec'}, which no container here keeps the` +
        ' times of. Give ready segments (--ready), or encode it anew.',
    );
  }
  if (packets.length === 0) throw new Error(`${file}: stream ${stream.index} has no frames.`);
  return {
    stream,
    packets,
    cuts: planCuts(packets, timeBaseOf(stream), segmentNs),
    container,
    filter: filters.get(stream.index),
    prefix: `${kind}-${index}`,
  };
}

/** When the first picture is shown, or the first sound where there are none; not what an edit list hides. */
function firstShownNs(streams: readonly CutStream[]): bigint {
  const [first] = streams.toSorted(
    (a, b) => Number(kindOf(b.stream) === 'video') - Number(kindOf(a.stream) === 'video'),
  );
  if (first === undefined) return 0n;
  const shown = first.packets.filter(({ isHidden }) => !isHidden);
  return ticksToNs(least((shown.length === 0 ? first.packets : shown).map(({ pts }) => pts)), timeBaseOf(first.stream));
}

/** @throws DamagedMedia where the file ends before it says that it does. */
function checkComplete(file: string, { format }: ProbedFile, { endNs }: TimedPackets): void {
  // Without a header they are measured, or guessed from their size.
  const isTold = !/^(aac|ac3|eac3|mp3|mpeg|mpegts)$/.test(format.format_name ?? '');
  const toldNs = BigInt(Math.round((Number(format.start_time ?? 0) + Number(format.duration ?? 0)) * 1e9));
  if (!isTold || toldNs - endNs <= MISSING_NS) return;
  const [told, found] = [toldNs, endNs].map((ns) => (Number(ns) / 1e9).toFixed(3));
  throw new DamagedMedia(file, `it says that it ends at ${told} s, and its media end at ${found} s`);
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

interface Placement {
  /** Offset of the segments' times from the file's. */
  readonly shiftNs: bigint;
  /** Offset of the timeline from the segments' times (`ts_offset`). */
  readonly offsetNs: bigint;
  /** Samples in a coded frame of sound. */
  readonly frameSize: number | undefined;
}

function planned(
  { stream, packets, container, prefix }: CutStream,
  cut: Cut,
  number: number,
  { shiftNs, offsetNs, frameSize }: Placement,
): PlannedSegment {
  const own = packets.slice(cut.first, cut.end);
  const isVideo = kindOf(stream) === 'video';
  const samples = isVideo ? own.length : sampleCount(stream, own, frameSize, timeBaseOf(stream));
  const toTimelineNs = shiftNs + offsetNs;
  return {
    file: `${prefix}-${String(number).padStart(6, '0')}.${container.suffix}`,
    body: {
      timerange: TimeRange.fromNs(cut.startNs + toTimelineNs, cut.endNs + toTimelineNs).toString(),
      ...(offsetNs !== 0n && { ts_offset: formatTimestamp(offsetNs) }),
      ...(isVideo && {
        last_duration: formatTimestamp(cut.endNs - ticksToNs(latestPts(own), timeBaseOf(stream))),
        key_frame_count: own.filter(({ isKey }) => isKey).length,
      }),
      ...(samples !== undefined && { sample_count: samples }),
    },
  };
}

function secondsOf(ns: bigint): { numerator: number; denominator: number } {
  const isWhole = ns % NS_PER_S === 0n;
  return isWhole
    ? { numerator: Number(ns / NS_PER_S), denominator: 1 }
    : { numerator: Number(ns / 1_000_000n), denominator: 1000 };
}

interface NamedTrack {
  readonly prefix: string;
  readonly stream: ProbedStream;
  readonly packets: readonly Packet[];
}

/** Such as `audio-1 (deu)`, where the file says more of a track. */
export function trackName(prefix: string, { tags: { title, language } = {} }: ProbedStream): string {
  const more = [title, language === 'und' ? undefined : language].filter((text) => text !== undefined);
  // Foreign texts: their control characters must not reach a terminal.
  return more.length === 0 ? prefix : `${prefix} (${more.join(', ').replaceAll(/\p{Cc}/gu, ' ')})`;
}

/** Notes on parts of a file that differ on the timeline, or are missing there. */
export function notesOn(
  file: string,
  others: readonly ProbedStream[],
  tracks: readonly NamedTrack[],
  corruptPackets = 0,
): readonly string[] {
  const corrupt = `${corruptPackets} packets of ${file} lack bytes that were lost on their way; they are taken as they are.`;
  return [
    ...(corruptPackets === 0 ? [] : [corrupt]),
    ...others.map((other) => leftOut(file, other)),
    ...tracks.flatMap((track) => shown(file, track)),
  ];
}

const leftOut = (file: string, { index, codec_type: type, codec_name: codec }: ProbedStream): string =>
  `${file}: stream ${index} (${[type, codec].filter((text) => text !== undefined).join(' ')}) is left out: pictures and sound are taken.`;

/** Every frame with a time in the media has one on the timeline, which cannot hide frames. */
function shown(file: string, { stream, packets, prefix }: NamedTrack): string[] {
  const hidden = packets.filter(({ isHidden }) => isHidden).length;
  // For sound it is the encoder's priming.
  if (hidden === 0 || kindOf(stream) === 'audio') return [];
  return [`${hidden} pictures of ${prefix} that ${file} hides (edit list) are on the timeline.`];
}
