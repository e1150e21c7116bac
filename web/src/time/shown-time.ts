import { utcOfTai } from '../../../src/shared/time/leap-seconds.ts';
import { formatTimestamp } from '../../../src/shared/time/timestamp.ts';

/** How times are shown, by one switch; what is copied is always TAMS. */
export const UNITS = ['timecode', 'clock', 'tams'] as const;
export type Unit = (typeof UNITS)[number];

/** Frames in so many seconds; undefined where a flow has no frame rate. */
export interface FrameRate {
  readonly numerator: number;
  readonly denominator: number;
}

export const NS_PER_S = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;
const DAY_NS = 86_400n * NS_PER_S;
/** A timeline that begins after 1990 is wall clock, in TAI (docs/adr/0035-playback.md). */
const WALL_CLOCK_NS = 631_152_000n * NS_PER_S;
const USUAL_RATE: FrameRate = { numerator: 25, denominator: 1 };

export const isWallClock = (ns: bigint): boolean => ns >= WALL_CLOCK_NS;

/** The time as people read it: of a wall clock its UTC, of another timeline itself. */
const readable = (ns: bigint): bigint => (isWallClock(ns) ? utcOfTai(ns) : ns);

/** The length of a frame, rounded down. */
export const frameNs = ({ numerator, denominator }: FrameRate = USUAL_RATE): bigint =>
  (BigInt(denominator) * NS_PER_S) / BigInt(numerator);

/** Which frame of its second, or of the timeline, a time is in. */
export function frameOf(ns: bigint, { numerator, denominator }: FrameRate = USUAL_RATE): bigint {
  const [of, per] = [ns * BigInt(numerator), BigInt(denominator) * NS_PER_S];
  const whole = of / per;
  return of < 0n && whole * per !== of ? whole - 1n : whole;
}

/** A time in the unit that the page shows. */
export function showTime(ns: bigint, unit: Unit, rate?: FrameRate): string {
  if (unit === 'tams') return formatTimestamp(ns);
  const time = readable(ns);
  const size = time < 0n ? -time : time;
  const sign = time < 0n ? '-' : '';
  const isWall = isWallClock(ns);
  if (unit === 'clock' && isWall) return new Date(Number(time / NS_PER_MS)).toISOString().replace('T', ' ');
  const days = isWall ? 0n : size / DAY_NS;
  const inDay = size % DAY_NS;
  const seconds = inDay / NS_PER_S;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':');
  const day = days > 0n ? `${days}d ` : '';
  if (unit === 'clock') return `${sign}${day}${clock}.${((inDay % NS_PER_S) / NS_PER_MS).toString().padStart(3, '0')}`;
  return `${sign}${day}${clock}:${two(frameOf(inDay % NS_PER_S, rate))}`;
}

/** A length, as short as it can be told. */
export function showLength(ns: bigint): string {
  if (ns < NS_PER_S) return `${Number(ns) / 1e6} ms`;
  const seconds = ns / NS_PER_S;
  if (seconds < 120n) return `${(Number(ns) / 1e9).toFixed(2).replace(/\.?0+$/, '')} s`;
  if (seconds < 7_200n) return `${seconds / 60n} min ${seconds % 60n} s`;
  if (seconds < 172_800n) return `${seconds / 3600n} h ${(seconds / 60n) % 60n} min`;
  return `${seconds / 86_400n} d ${(seconds / 3600n) % 24n} h`;
}

const two = (value: bigint): string => value.toString().padStart(2, '0');
