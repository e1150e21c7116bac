import type { Rational } from '../../../tams/flows/flow.ts';
import type { FrameRange } from '../rules/sequence/frame-ranges.ts';
import { AppError } from '../../../shared/errors.ts';
import { TimeRange } from '../../../shared/time/timerange.ts';
import { isInt64 } from '../../../shared/time/timestamp.ts';

const SECOND_NS = 1_000_000_000n;

/**
 * When the frames of a sequence are shown: the number of a frame is its time. A frame lasts until the next one of the
 * step, so a sequence that was rendered on twos has no gaps, and each missing frame is one.
 */
export class FrameClock {
  readonly #first: bigint;
  readonly #step: bigint;
  readonly #numerator: bigint;
  readonly #denominator: bigint;
  readonly #startNs: bigint;

  /** @param startNs when the first frame begins */
  constructor({ first, step }: { readonly first: number; readonly step: number }, rate: Rational, startNs: bigint) {
    this.#first = BigInt(first);
    this.#step = BigInt(step);
    this.#numerator = BigInt(rate.numerator);
    this.#denominator = BigInt(rate.denominator ?? 1);
    this.#startNs = startNs;
  }

  /** In nanoseconds, rounded down. */
  startOf(frame: number): bigint {
    return this.#timeOf(BigInt(frame));
  }

  /** From the start of one frame to the end of another. Throws `invalid_timerange` for times that TAMS cannot say. */
  rangeOf({ start, end }: FrameRange): TimeRange {
    const [startNs, endNs] = [this.startOf(start), this.#timeOf(BigInt(end) + this.#step)];
    if (isInt64(startNs) && isInt64(endNs)) return TimeRange.fromNs(startNs, endNs);
    throw new AppError('invalid_timerange', `frames ${start} to ${end} lie beyond the times that can be kept`);
  }

  #timeOf(frame: bigint): bigint {
    // Never negative, so the division rounds down: the first frame is the earliest.
    return this.#startNs + ((frame - this.#first) * SECOND_NS * this.#denominator) / this.#numerator;
  }
}
