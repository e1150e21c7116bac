/** Candidates that are looked up at once, if some may be hidden. */
const LOOKED_UP = 500;

/**
 * The first few of any number of candidates, in an order, in bounded memory. Only candidates that would be among the
 * first are looked up.
 */
export class Ranking<Candidate> {
  readonly #count: number;
  readonly #compare: (a: Candidate, b: Candidate) => number;
  readonly #shown: (batch: readonly Candidate[]) => Promise<readonly Candidate[]>;
  #first: readonly Candidate[] = [];

  /** @param shown those of a batch that may be shown */
  constructor(
    count: number,
    compare: (a: Candidate, b: Candidate) => number,
    shown: (batch: readonly Candidate[]) => Promise<readonly Candidate[]>,
  ) {
    this.#count = count;
    this.#compare = compare;
    this.#shown = shown;
  }

  /** In their order. */
  get first(): readonly Candidate[] {
    return this.#first;
  }

  async add(candidates: readonly Candidate[]): Promise<void> {
    const left = this.#better(candidates).sort(this.#compare);
    for (let start = 0; start < left.length; start += LOOKED_UP) {
      const batch = this.#better(left.slice(start, start + LOOKED_UP));
      if (batch.length === 0) return;
      this.#first = [...this.#first, ...(await this.#shown(batch))].sort(this.#compare).slice(0, this.#count);
    }
  }

  /** Candidates that rank before the last kept one, once enough are kept. */
  #better(candidates: readonly Candidate[]): Candidate[] {
    const last = this.#first[this.#count - 1];
    return candidates.filter((each) => last === undefined || this.#compare(each, last) < 0);
  }
}
