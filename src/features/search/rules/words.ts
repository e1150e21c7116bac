/** A word of a text: folded, and where it stands there in UTF-16 units. */
export interface Word {
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
 * scripts stay apart, or a search for the joined text would not find it. One character may
 * stand for several words, which then have the same place.
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
