/** Candidates that are looked up at once, where not all of them may be shown. */
const LOOKED_UP = 500;

/**
 * The first so many of any number of candidates, in an order: memory does not grow with their number. Of the candidates,
 * only those are looked up that would be among the first.
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

  /** Those that come before the last of the first, once there are enough of these. */
  #better(candidates: readonly Candidate[]): Candidate[] {
    const last = this.#first[this.#count - 1];
    return candidates.filter((each) => last === undefined || this.#compare(each, last) < 0);
  }
}
