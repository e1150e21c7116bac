const lastCodePoint = 0x10ffff;
const firstSurrogate = 0xd800;
const afterSurrogates = 0xe000;

/**
 * The texts that start with `prefix` are exactly those in `[from, before)`, in the order of UTF-8
 * bytes, which is that of code points; without `before` there is no upper end. An index serves such a range.
 */
export function prefixRange(prefix: string): { from: string; before: string | undefined } {
  const from = prefix.toWellFormed();
  const points = Array.from(from, (character) => character.codePointAt(0) ?? 0);
  // Nothing comes after the last code point: the one before it is raised instead.
  while (points.at(-1) === lastCodePoint) points.pop();
  const last = points.pop();
  if (last === undefined) return { from, before: undefined };
  const next = last + 1 === firstSurrogate ? afterSurrogates : last + 1;
  return { from, before: String.fromCodePoint(...points, next) };
}
