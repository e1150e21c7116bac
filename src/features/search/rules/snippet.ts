import type { Snippet } from './search-query.ts';
import type { ParsedQuery, Phrase } from './query-text.ts';
import { type Word, wordsOf } from './words.ts';

/** Length in words; longer texts are cut around the first match. */
const LONGEST = 40;
const LEAD_IN = 8;
const ELLIPSIS = '… ';

/** The part of the text around the query's first phrases, and their places in it. Without a query, its beginning. */
export function makeSnippet(text: string, query?: ParsedQuery): Snippet {
  const words = [...wordsOf(text)];
  const found = query === undefined ? [] : highlightsOf(words, query.all.flat());
  if (words.length <= LONGEST) return { text, highlights: found };
  const first = words.findIndex(({ start }) => start >= (found[0]?.[0] ?? 0));
  const from = Math.max(0, Math.min(first - LEAD_IN, words.length - LONGEST));
  const to = from + LONGEST;
  const start = from === 0 ? 0 : (words[from]?.start ?? 0);
  const end = to === words.length ? text.length : (words[to - 1]?.end ?? text.length);
  const lead = from === 0 ? '' : ELLIPSIS;
  const shift = lead.length - start;
  return {
    text: lead + text.slice(start, end) + (to === words.length ? '' : ' …'),
    highlights: found
      .filter((range) => range[0] >= start && range[1] <= end)
      .map((range): [number, number] => [range[0] + shift, range[1] + shift]),
  };
}

/** In order, and merged where they touch or overlap. */
function highlightsOf(words: readonly Word[], phrases: readonly Phrase[]): [number, number][] {
  const marked = new Set<number>();
  const joined = new Set<number>();
  for (let at = 0; at < words.length; at += 1) {
    for (const phrase of phrases) {
      if (!standsAt(words, at, phrase)) continue;
      for (let index = 0; index < phrase.words.length; index += 1) {
        marked.add(at + index);
        if (index > 0) joined.add(at + index);
      }
    }
  }
  const ranges: [number, number][] = [];
  for (const index of [...marked].sort((a, b) => a - b)) {
    const word = words[index];
    const last = ranges.at(-1);
    if (word === undefined) continue;
    if (last !== undefined && (joined.has(index) || word.start < last[1])) last[1] = word.end;
    else ranges.push([word.start, word.end]);
  }
  return ranges;
}

function standsAt(words: readonly Word[], at: number, phrase: Phrase): boolean {
  return phrase.words.every((wanted, index) => {
    const folded = words[at + index]?.folded;
    const open = phrase.prefix && index === phrase.words.length - 1;
    return open ? folded?.startsWith(wanted) === true : folded === wanted;
  });
}
