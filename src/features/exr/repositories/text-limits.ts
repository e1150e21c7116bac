import type { ExrProblem } from '../../../formats/exr/attributes/attribute.ts';

/*
 * Rows have to fit into every engine, whatever a header says. A text that is cut here is whole in its attribute, where
 * that is kept.
 */

/** Most characters of a text that a row repeats from an attribute. */
const TEXT_MAX = 1_000;
/** Bytes of the JSON of a value that is kept, and of all values of a file: many files are read at once. */
const VALUE_MAX_BYTES = 100_000;
const FILE_VALUES_MAX_BYTES = 1_000_000;
const PROBLEMS_MAX = 200;

export function cut(text: string): string;
export function cut(text: string | null): string | null;
export function cut(text: string | null): string | null {
  if (text === null || text.length <= TEXT_MAX) return text;
  // Between the halves of a character a text is not well-formed any more.
  return text.slice(0, TEXT_MAX).toWellFormed();
}

/** A value that is searched by its text; a longer one, or one that not every engine compares alike, is not. */
export function searchable(text: string | null): string | null {
  return text === null || text.length > TEXT_MAX || text.includes('\0') ? null : text;
}

/** Tells which values of a file are kept: null is in the place of those that are too large, or come too late. */
export function valueKeeper(): <Text extends string>(json: Text) => Text | null {
  let room = FILE_VALUES_MAX_BYTES;
  return (json) => {
    const size = Buffer.byteLength(json);
    if (size > VALUE_MAX_BYTES || size > room) return null;
    room -= size;
    return json;
  };
}

/** The first problems, and how many there are besides. */
export function keptProblems(problems: readonly ExrProblem[]): readonly ExrProblem[] {
  const kept = problems.slice(0, PROBLEMS_MAX).map((problem) => ({ ...problem, message: cut(problem.message) }));
  const last = kept.at(-1);
  const left = problems.length - kept.length;
  if (left === 0 || last === undefined) return kept;
  return [...kept, { ...last, message: `There are ${left} more problems.` }];
}
