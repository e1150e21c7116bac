const NS_PER_S = 1_000_000_000n;

/** Rounded to the nearest, halves away from zero. */
export function divideRounded(value: bigint, by: bigint): bigint {
  const half = by / 2n;
  return value < 0n ? -((-value + half) / by) : (value + half) / by;
}

/** @param timescale ticks a second. */
export const ticksToNs = (ticks: bigint, timescale: bigint): bigint => divideRounded(ticks * NS_PER_S, timescale);

/** Seconds as mediabunny has them are a file's ticks, divided: the product is the whole number again. */
export const secondsToTicks = (seconds: number, timescale: bigint): bigint =>
  BigInt(Math.round(seconds * Number(timescale)));

export const ticksToSeconds = (ticks: bigint, timescale: bigint): number => Number(ticks) / Number(timescale);

export const least = (values: readonly bigint[]): bigint => values.reduce((low, value) => (value < low ? value : low));
