import { AppError } from '../../../shared/errors.ts';
import { wordsOf } from './words.ts';

/** Words that follow each other, at least one; with `prefix` the last one may go on. */
export interface Phrase {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/**
 * Matches texts with one phrase of each list in `all` (at least one list), and no phrase of `none`. The table layer's
 * `TextQuery` is the same for a column.
 */
export interface ParsedQuery {
  readonly all: readonly (readonly Phrase[])[];
  readonly none: readonly Phrase[];
}

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
  const all: Phrase[][] = [];
  const none: Phrase[] = [];
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
