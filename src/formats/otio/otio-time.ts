import { type Fraction, fractionOf } from './exact-json.ts';

const NS_PER_S = 1_000_000_000n;
/** Rates that are written as decimals, like 29.97 and 23.976024, are a whole number of these. */
const NTSC = { numerator: 1000n, denominator: 1001n };
/** 23.976 and 59.94 are within this part of their rates. */
const NTSC_WITHIN = 20_000n;

/** The nearest nanosecond of a `RationalTime`; undefined for anything else. */
export function nsOf(time: unknown): bigint | undefined {
  const { value, rate } = (time ?? {}) as { readonly value?: unknown; readonly rate?: unknown };
  const [count, hertz] = [fractionOf(value), fractionOf(rate)];
  if (count === undefined || hertz === undefined || hertz[0] <= 0n) return undefined;
  const [numerator, denominator] = exactRate(hertz);
  return nearest(count[0] * denominator * NS_PER_S, count[1] * numerator);
}

function exactRate([numerator, denominator]: Fraction): Fraction {
  if (numerator % denominator === 0n) return [numerator, denominator];
  const whole = nearest(numerator * NTSC.denominator, denominator * NTSC.numerator);
  const off = numerator * NTSC.denominator - whole * denominator * NTSC.numerator;
  const isNtsc = (off < 0n ? -off : off) * NTSC_WITHIN <= numerator * NTSC.denominator;
  return isNtsc ? [whole * NTSC.numerator, NTSC.denominator] : [numerator, denominator];
}

/** @param denominator positive */
function nearest(numerator: bigint, denominator: bigint): bigint {
  const doubled = numerator * 2n + denominator;
  const quotient = doubled / (denominator * 2n);
  return doubled < 0n && doubled % (denominator * 2n) !== 0n ? quotient - 1n : quotient;
}
