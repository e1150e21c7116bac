import type { TimeBase } from '../../src/media/probing/ticks.ts';
import { divideRounded } from '../../src/media/probing/ticks.ts';

const NS_PER_S = 1_000_000_000n;

/** A label of a frame (SMPTE ST 12-1), as it was written. */
export interface Timecode {
  readonly text: string;
  readonly hours: bigint;
  readonly minutes: bigint;
  readonly seconds: bigint;
  readonly frames: bigint;
  /** Whether labels are left out so that they keep up with the clock: `;` or `.` before the frames. */
  readonly isDrop: boolean;
}

/** @returns undefined for what is no timecode, such as a TAMS timestamp. */
export function parseTimecode(text: string): Timecode | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)([:;.])(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [, hours = '', minutes = '', seconds = '', separator, frames = ''] = match;
  return {
    text,
    hours: BigInt(hours),
    minutes: BigInt(minutes),
    seconds: BigInt(seconds),
    frames: BigInt(frames),
    isDrop: separator !== ':',
  };
}

/**
 * When the frame is shown, in nanoseconds after that of 00:00:00:00: frames are counted, so a label that does not drop is
 * ahead of the clock at 29.97 frames a second.
 *
 * @param rate frames a second.
 * @throws for a label that no frame has at this rate.
 */
export function timecodeNs({ text, hours, minutes, seconds, frames, isDrop }: Timecode, rate: TimeBase): bigint {
  const shown = `${(Number(rate.num) / Number(rate.den)).toFixed(3).replace(/\.?0+$/, '')} frames a second`;
  const nominal = divideRounded(rate.num, rate.den);
  if (frames >= nominal) throw new Error(`There is no timecode ${text} at ${shown}.`);
  const wholeMinutes = hours * 60n + minutes;
  let count = (wholeMinutes * 60n + seconds) * nominal + frames;
  if (isDrop) {
    if (rate.den !== 1001n || nominal % 30n !== 0n) {
      throw new Error(
        `The timecode ${text} drops frames (; or . before them), which there is at 29.97 and 59.94 only.`,
      );
    }
    // Two labels of each minute but the tenth, four at 59.94.
    const dropped = nominal / 15n;
    if (frames < dropped && seconds === 0n && minutes % 10n !== 0n) {
      throw new Error(`There is no timecode ${text}: it is one of those that are dropped at ${shown}.`);
    }
    count -= dropped * (wholeMinutes - wholeMinutes / 10n);
  }
  return divideRounded(count * rate.den * NS_PER_S, rate.num);
}
