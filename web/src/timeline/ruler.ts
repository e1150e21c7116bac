import { type FrameRate, frameNs, isWallClock, NS_PER_S, showTime, type Unit } from '../time/shown-time.ts';
import { utcOfTai } from '../../../src/shared/time/leap-seconds.ts';
import { lengthOf, type Span } from './view.ts';

/** A line of the ruler. */
export interface Tick {
  readonly ns: bigint;
  readonly label: string;
}

/** Labels need so much room. */
const TICK_PIXELS = 130;
const MINUTE = 60n * NS_PER_S;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;
const STEPS: readonly bigint[] = [
  ...[1n, 2n, 5n, 10n, 20n, 50n, 100n, 200n, 500n].map((ms) => ms * 1_000_000n),
  ...[1n, 2n, 5n, 10n, 15n, 30n].map((seconds) => seconds * NS_PER_S),
  ...[1n, 2n, 5n, 10n, 15n, 30n].map((minutes) => minutes * MINUTE),
  ...[1n, 2n, 3n, 6n, 12n].map((hours) => hours * HOUR),
  ...[1n, 2n, 7n, 14n, 30n, 90n, 180n, 365n, 730n, 1825n, 3650n, 36500n].map((days) => days * DAY),
];

/** The lines of a ruler: at round times of the clock, and at frames where a frame is wide. */
export function ticksOf(view: Span, width: number, unit: Unit, rate?: FrameRate): Tick[] {
  const least = (lengthOf(view) * BigInt(TICK_PIXELS)) / BigInt(Math.max(TICK_PIXELS, Math.round(width)));
  const frame = frameNs(rate);
  const isFrames = unit === 'timecode' && least < frame * 5n;
  const step = isFrames ? frame : (STEPS.find((each) => each >= least) ?? 36_500n * DAY);
  // A wall clock is round in UTC, which is behind TAI.
  const ahead = isWallClock(view.startNs) && unit !== 'tams' ? view.startNs - utcOfTai(view.startNs) : 0n;
  const first = ceilTo(view.startNs - ahead, step) + ahead;
  const every = isFrames ? (least + step - 1n) / step || 1n : 1n;
  const ticks: Tick[] = [];
  for (let ns = first; ns < view.endNs; ns += step * every) ticks.push({ ns, label: labelOf(ns, unit, step, rate) });
  return ticks;
}

function labelOf(ns: bigint, unit: Unit, step: bigint, rate: FrameRate | undefined): string {
  if (unit === 'tams' || !isWallClock(ns)) return showTime(ns, unit, rate).replace(/\.000$/, '');
  const clock = showTime(ns, 'clock');
  if (step >= DAY) return clock.slice(0, 10);
  if (unit === 'clock') return step < NS_PER_S ? clock.slice(11, 23) : clock.slice(step >= HOUR ? 5 : 11, 19);
  return showTime(ns, unit, rate);
}

function ceilTo(value: bigint, step: bigint): bigint {
  const rest = ((value % step) + step) % step;
  return rest === 0n ? value : value + step - rest;
}
