import type { JsonText } from '../paging.ts';
import { withProperties } from '../json-text.ts';

/** `2026-01-02T03:04:05Z`: many clients parse no fractions of seconds. The store keeps milliseconds, to order by them. */
export const wholeSeconds = (time: string): string => time.replace(/\.\d+Z$/, 'Z');

/** The present time as TAMS shows it. */
export const shownNow = (): string => wholeSeconds(new Date().toISOString());

/**
 * The text of a JSON object with these properties of its own, if it has them, in whole seconds, and with `added` at its
 * end. It is put together once: each step between would copy a large text.
 */
export function withShownTimes(document: JsonText, properties: readonly string[], added: JsonText = ''): JsonText {
  const starts: number[] = [];
  let inOrder = true;
  for (const name of properties) {
    const before = `"${name}":"`;
    const at = document.indexOf(before);
    if (at === -1) continue;
    const start = at + before.length;
    // A tag, say, of this name: the text does not tell which is which.
    if (document.indexOf(before, start) !== -1) return withProperties(parsed(document, properties), added);
    inOrder &&= start > (starts.at(-1) ?? 0);
    starts.push(start);
  }
  if (!inOrder) starts.sort((one, other) => one - other);
  let text = '';
  let from = 0;
  for (const start of starts) {
    const end = document.indexOf('"', start);
    text += document.slice(from, start) + wholeSeconds(document.slice(start, end));
    from = end;
  }
  return text + withProperties(document.slice(from), added);
}

function parsed(document: JsonText, properties: readonly string[]): JsonText {
  const object = JSON.parse(document) as Record<string, unknown>;
  for (const name of properties) {
    const time = object[name];
    if (typeof time === 'string') object[name] = wholeSeconds(time);
  }
  return JSON.stringify(object);
}
