/**
 * A full-text query: rows with one phrase of each list in `all`, and no phrase of `none`. `all` has at least one
 * phrase.
 */
export interface TextQuery {
  /** The one that the table's definition has indexed. */
  readonly column: string;
  readonly all: readonly (readonly TextPhrase[])[];
  readonly none: readonly TextPhrase[];
}

/** Words that follow each other, at least one; with `prefix` the last one may go on. */
export interface TextPhrase {
  readonly words: readonly string[];
  readonly prefix: boolean;
}
