/** The leap seconds since UTC has whole ones: from these days on, TAI is ahead by so many seconds (IERS, Bulletin C). */
const AHEAD: readonly (readonly [day: string, seconds: number])[] = [
  ['1972-01-01', 10],
  ['1972-07-01', 11],
  ['1973-01-01', 12],
  ['1974-01-01', 13],
  ['1975-01-01', 14],
  ['1976-01-01', 15],
  ['1977-01-01', 16],
  ['1978-01-01', 17],
  ['1979-01-01', 18],
  ['1980-01-01', 19],
  ['1981-07-01', 20],
  ['1982-07-01', 21],
  ['1983-07-01', 22],
  ['1985-07-01', 23],
  ['1988-01-01', 24],
  ['1990-01-01', 25],
  ['1991-01-01', 26],
  ['1992-07-01', 27],
  ['1993-07-01', 28],
  ['1994-07-01', 29],
  ['1996-01-01', 30],
  ['1997-07-01', 31],
  ['1999-01-01', 32],
  ['2006-01-01', 33],
  ['2009-01-01', 34],
  ['2012-07-01', 35],
  ['2015-07-01', 36],
  ['2017-01-01', 37],
];

const NS_PER_S = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

/** The latest first, by the TAI at which each begins. */
const STEPS = AHEAD.map(([day, seconds]) => ({
  fromNs: BigInt(Date.parse(`${day}T00:00:00Z`)) * NS_PER_MS + BigInt(seconds) * NS_PER_S,
  aheadNs: BigInt(seconds) * NS_PER_S,
})).toReversed();

/** As in 1972: fractions of seconds that changed by the day. */
const BEFORE_NS = 10n * NS_PER_S;

/**
 * The UTC of a TAI timestamp in nanoseconds since 1970, as nanoseconds since 1970 without leap seconds. During a leap second it is
 * that of the second after it: POSIX time has none for it.
 */
export function utcOfTai(taiNs: bigint): bigint {
  const step = STEPS.find(({ fromNs }) => taiNs >= fromNs);
  return taiNs - (step?.aheadNs ?? BEFORE_NS);
}
