/** A number of a JSON text, as it is written there: times have more digits than a JavaScript number has room for. */
export interface ExactNumber {
  readonly digits: string;
}

/** A name and its number. Within a string of JSON such a name has backslashes before its quotes. */
const TIMES = /("(?:value|rate)"\s*:\s*)(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=\s*[,}])/g;

/**
 * Parses JSON; the numbers of times (`value`, `rate`) keep all of their digits. A reviver, which is called for each
 * value of the document, would hold the event loop for seconds.
 *
 * @throws SyntaxError
 */
export const parseExact = (text: string): unknown => JSON.parse(text.replace(TIMES, '$1{"digits":"$2"}'));

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
