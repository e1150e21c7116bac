import { AppError } from '../../../shared/errors.ts';
import type { Snippet } from './search-query.ts';
import type { TextPhrase, TextQuery } from '../../../vastdb/engine.ts';

/** A word of a text: folded, and where it stands there in UTF-16 units. */
interface Word {
  readonly folded: string;
  readonly start: number;
  readonly end: number;
}

/** Scripts without spaces between words: each letter is a word, and a word is found as a phrase. */
const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((name) => `\\p{Script=${name}}`)
  .join('');
const LETTER = '[\\p{L}\\p{N}\\p{Co}]';
const WORD = new RegExp(`[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])${LETTER}\\p{M}*)+`, 'gu');
/** Marks of Latin, Greek and Cyrillic letters. In other scripts marks are vowels, which make another word. */
const DIACRITICS = /[\u0300-\u036f]+/g;
const PLAIN = /^[a-z0-9]*$/;
const BEGINS_SPACED = new RegExp(`^(?![${UNSPACED}])\\p{L}`, 'u');
const ENDS_UNSPACED = new RegExp(`[${UNSPACED}]\\p{M}*$`, 'u');

/** Words as they are compared: without case and diacritics, compatible forms unified. */
function fold(word: string): string {
  const lower = word.toLowerCase();
  if (PLAIN.test(lower)) return lower;
  // Lower case again: some letters only have one after their forms were unified.
  return lower.normalize('NFKD').replace(DIACRITICS, '').normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
}

/**
 * The words of a text, in order. An apostrophe within a word joins its halves: `don't` is one word. Letters of unspaced
 * scripts stay apart, or a search for the joined text would not find it. One character may stand for several words, which
 * then have the same place.
 */
export function* wordsOf(text: string): Generator<Word> {
  let open: { folded: string; start: number; end: number } | undefined;
  for (const match of text.matchAll(WORD)) {
    const start = match.index;
    const end = start + match[0].length;
    // A unified form may be several words: `½` becomes `1⁄2`.
    for (const [folded] of fold(match[0]).matchAll(WORD)) {
      if (open !== undefined && isApostrophe(text, open.end, start) && !ENDS_UNSPACED.test(open.folded)) {
        open.folded += folded;
        open.end = end;
      } else {
        if (open !== undefined) yield open;
        open = { folded, start, end };
      }
    }
  }
  if (open !== undefined) yield open;
}

function isApostrophe(text: string, from: number, to: number): boolean {
  const between = text.slice(from, to);
  return (between === "'" || between === '’') && BEGINS_SPACED.test(text.slice(to, to + 2));
}

/** The words folded, with a space around each: a word, phrase or prefix of the text is a part of this. */
export function indexedWords(text: string): string {
  let indexed = ' ';
  for (const { folded } of wordsOf(text)) indexed += `${folded} `;
  return indexed;
}

/** A query for words in any column. */
export type ParsedQuery = Omit<TextQuery, 'column'>;

const MAX_CHARACTERS = 1_000;
const MAX_PHRASES = 32;

/** An optional minus, a quoted or plain text, an optional asterisk. */
const TERM = /(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)/g;

/**
 * Reads a query as people type it. All words must occur; `"a b"` is a phrase, `wor*` a prefix, `-word` excludes, `a OR
 * b` takes either. Everything else is separators: no text is malformed.
 *
 * Throws AppError `invalid_request` for a query without a word to look for, and for one that is too long.
 */
export function parseQueryText(text: string): ParsedQuery {
  if (text.length > MAX_CHARACTERS) {
    throw invalid(`The query has ${text.length} characters; ${MAX_CHARACTERS} are the most.`);
  }
  const all: TextPhrase[][] = [];
  const none: TextPhrase[] = [];
  let either = false;
  for (const [, minus, quoted, plain = '', star] of text.matchAll(TERM)) {
    if (plain === 'OR') {
      either = all.length > 0;
      continue;
    }
    const words = Array.from(wordsOf(quoted ?? plain), ({ folded }) => folded);
    if (words.length === 0) continue;
    const phrase = { words, prefix: star === '*' || plain.endsWith('*') };
    if (minus === '-') none.push(phrase);
    else if (either) all.at(-1)?.push(phrase);
    else all.push([phrase]);
    either = false;
  }
  if (all.length === 0) throw invalid('The query has no word to look for.');
  if (all.flat().length + none.length > MAX_PHRASES) throw invalid(`The query has more than ${MAX_PHRASES} words.`);
  return { all, none };
}

function invalid(summary: string): AppError {
  return new AppError('invalid_request', summary, { field: 'q' });
}

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
function highlightsOf(words: readonly Word[], phrases: readonly TextPhrase[]): [number, number][] {
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

function standsAt(words: readonly Word[], at: number, phrase: TextPhrase): boolean {
  return phrase.words.every((wanted, index) => {
    const folded = words[at + index]?.folded;
    const open = phrase.prefix && index === phrase.words.length - 1;
    return open ? folded?.startsWith(wanted) === true : folded === wanted;
  });
}
