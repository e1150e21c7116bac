/** A number of a JSON text, as it is written there: times have more digits than a JavaScript number has room for. */
export interface ExactNumber {
  readonly digits: string;
}

const EXACT = new Set(['value', 'rate']);

/** Parses JSON; the numbers of times (`value`, `rate`) keep all of their digits. @throws SyntaxError | RangeError */
export function parseExact(text: string): unknown {
  // The third argument is newer than the type of the function.
  const reviver = (key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === 'number' && EXACT.has(key) ? { digits: context?.source ?? String(value) } : value;
  return JSON.parse(text, reviver);
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** Longer numbers are no times. */
const DIGITS_MAX = 64;
const EXPONENT_MAX = 64;

/** A fraction; its denominator is positive. */
export type Fraction = readonly [numerator: bigint, denominator: bigint];

/** Undefined for what is no number, or none that a time may have. */
export function fractionOf(value: unknown): Fraction | undefined {
  const { digits } = (value ?? {}) as Partial<ExactNumber>;
  if (typeof digits !== 'string' || digits.length > DIGITS_MAX) return undefined;
  const [, sign = '', whole = '', decimals = '', exponentText = '0'] = DECIMAL.exec(digits) ?? [];
  const exponent = Number(exponentText) - decimals.length;
  if (whole === '' || Math.abs(exponent) > EXPONENT_MAX + DIGITS_MAX) return undefined;
  const size = BigInt(whole + decimals);
  const signed = sign === '-' ? -size : size;
  return exponent >= 0 ? [signed * 10n ** BigInt(exponent), 1n] : [signed, 10n ** BigInt(-exponent)];
}
