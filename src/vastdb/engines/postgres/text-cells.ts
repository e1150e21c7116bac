/**
 * PostgreSQL keeps every character in a text but NUL. So NUL becomes U+0001 U+0001, and U+0001 becomes U+0001 U+0002:
 * texts keep their order, and what starts with a text still does.
 */

/* eslint-disable no-control-regex -- control characters are what it is about */

const ESCAPE = '\u0001';
const ESCAPED = /[\0\u0001]/;
const ESCAPED_ALL = /[\0\u0001]/g;
const ESCAPES = /\u0001[\u0001\u0002]/g;
const MAY_MISALIGN = /^[\0\u0001\u0002]/;

/** The text as PostgreSQL keeps it. Lone surrogates, which UTF-8 cannot say, become U+FFFD. */
export function storedText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  if (!ESCAPED.test(wellFormed)) return wellFormed;
  return wellFormed.replace(ESCAPED_ALL, (character) => (character === '\0' ? '\u0001\u0001' : '\u0001\u0002'));
}

/** Reads what `storedText` wrote. */
export function readText(stored: string): string {
  if (!stored.includes(ESCAPE)) return stored;
  return stored.replace(ESCAPES, (pair) => (pair === '\u0001\u0001' ? '\0' : '\u0001'));
}

/**
 * A regular expression of PostgreSQL's for a text that is looked for inside of others; undefined where a plain comparison of
 * the stored texts does. It does not where the text could be found in the middle of an escape.
 */
export function alignedPattern(text: string): string | undefined {
  if (!MAY_MISALIGN.test(text)) return undefined;
  const literal = storedText(text).replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
  return `^(?:${ESCAPE}.|[^${ESCAPE}])*${literal}`;
}
