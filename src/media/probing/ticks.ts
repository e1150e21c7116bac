const NS_PER_S = 1_000_000_000n;

/** The duration of one tick of a stream's clock: `num / den` seconds. */
export interface TimeBase {
  readonly num: bigint;
  readonly den: bigint;
}

/** Reads a fraction such as `1/90000` or `30000:1001`. Undefined for anything else, and where a part is 0. */
export function parseFraction(text: string | undefined): TimeBase | undefined {
  const match = /^(\d+)[/:](\d+)$/.exec(text ?? '');
  if (match === null) return undefined;
  const [num, den] = [BigInt(match[1] ?? '0'), BigInt(match[2] ?? '0')];
  return num === 0n || den === 0n ? undefined : { num, den };
}

/** Ticks as nanoseconds, to the nearest. Equal ticks give equal times, so what met in ticks meets in nanoseconds. */
export function ticksToNs(ticks: bigint, { num, den }: TimeBase): bigint {
  return divideRounded(ticks * num * NS_PER_S, den);
}

/** The quotient to the nearest whole number, halves upwards; the divisor is positive. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const doubled = 2n * dividend + divisor;
  const quotient = doubled / (2n * divisor);
  return doubled < 0n && doubled % (2n * divisor) !== 0n ? quotient - 1n : quotient;
}

/** The least of some times; 0 of none. */
export const least = (values: readonly bigint[]): bigint =>
  values.reduce((smallest, value) => (value < smallest ? value : smallest), values[0] ?? 0n);
