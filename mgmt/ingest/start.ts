import type { ProbedFile, ProbedStream, Tags } from '../../src/media/probing/probe.ts';
import { divideRounded, parseFraction, type TimeBase } from '../../src/media/probing/ticks.ts';
import { kindOf } from '../../src/tams/essence/essence.ts';
import { parseTimecode, type Timecode, timecodeNs } from './timecode.ts';

const NS_PER_S = 1_000_000_000n;

/** Where on the timeline the first picture goes, or the first sound where there are none: nanoseconds, or its timecode. */
export type Start = bigint | Timecode;

/** A file's own place on the timeline. */
export interface OwnStart {
  /** Undefined where it says nothing. */
  readonly startNs?: bigint;
  /** For the operator. */
  readonly note?: string;
}

/**
 * @param streams of what is ingested: a timecode counts the pictures of the first that has any.
 * @throws for a timecode where there are none, or not at a fixed rate.
 */
export function startNsOf(start: Start, streams: readonly ProbedStream[]): bigint {
  if (typeof start === 'bigint') return start;
  const rate = rateOf(streams);
  if (rate !== undefined) return timecodeNs(start, rate);
  throw new Error(
    `The timecode ${start.text} says nothing without pictures at a fixed rate: give --start in seconds, such as 36000:0.`,
  );
}

/** From its timecode, or for sound alone from the time reference of a Broadcast Wave file (EBU Tech 3285). */
export function ownStartOf({ format, streams, others }: ProbedFile): OwnStart {
  const written = [...streams, ...others, format]
    .map(({ tags }) => tagOf(tags, 'timecode'))
    .find((text) => text !== undefined);
  if (written !== undefined) {
    const label = written.replaceAll(/\p{Cc}/gu, ' ');
    try {
      const timecode = parseTimecode(written);
      if (timecode === undefined) throw new Error(`${label} is no timecode.`);
      return {
        startNs: startNsOf(timecode, streams),
        note: `placed by its own timecode, ${label}; --start puts it elsewhere.`,
      };
    } catch (error) {
      return { note: `its own timecode is not used: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  const samples = tagOf(format.tags, 'time_reference') ?? '';
  const rate = Number(streams[0]?.sample_rate ?? 0);
  if (!/^\d{1,18}$/.test(samples) || Number(samples) === 0 || !(rate > 0)) return {};
  return {
    startNs: divideRounded(BigInt(samples) * NS_PER_S, BigInt(rate)),
    note: `placed by its own time reference, ${samples} samples; --start puts it elsewhere.`,
  };
}

function tagOf(tags: Tags | undefined, name: string): string | undefined {
  return Object.entries(tags ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Frames a second. */
const RATES: readonly TimeBase[] = [
  ...[24n, 30n, 48n, 60n, 120n].map((nominal) => ({ num: nominal * 1000n, den: 1001n })),
  ...[24n, 25n, 30n, 48n, 50n, 60n, 100n, 120n].map((num) => ({ num, den: 1n })),
];
/** Containers round; the nearest two rates of the list are 0.1 % apart. */
const RATE_TOLERANCE = 0.0003;

function rateOf(streams: readonly ProbedStream[]): TimeBase | undefined {
  const video = streams.find((stream) => kindOf(stream) === 'video');
  const measured = valueOf(parseFraction(video?.avg_frame_rate)) ?? valueOf(parseFraction(video?.r_frame_rate));
  if (measured === undefined) return undefined;
  return RATES.find((rate) => Math.abs((valueOf(rate) ?? 0) / measured - 1) < RATE_TOLERANCE);
}

const valueOf = (rate: TimeBase | undefined): number | undefined => rate && Number(rate.num) / Number(rate.den);
