/** The best of many scored rows, kept in a heap whose root is the worst of them. */
export class BestRows {
  readonly #capacity: number;
  readonly #scores: Float64Array;
  readonly #orders: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#scores = new Float64Array(capacity);
    this.#orders = new Float64Array(capacity);
  }

  /** `order` decides between equal scores, the lower before the higher; it comes back from `take`. */
  offer(score: number, order: number): void {
    if (this.#size < this.#capacity) {
      this.#rise(this.#size++, score, order);
    } else if (this.#capacity > 0 && isWorse(this.#scores[0] ?? 0, this.#orders[0] ?? 0, score, order)) {
      this.#sink(score, order);
    }
  }

  /** The best first. */
  take(): { score: number; order: number }[] {
    const rows = Array.from({ length: this.#size }, (_, at) => ({
      score: this.#scores[at] ?? 0,
      order: this.#orders[at] ?? 0,
    }));
    return rows.sort((a, b) => b.score - a.score || a.order - b.order);
  }

  #rise(start: number, score: number, order: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isWorse(score, order, this.#scores[parent] ?? 0, this.#orders[parent] ?? 0)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#scores[at] = score;
    this.#orders[at] = order;
  }

  #sink(score: number, order: number): void {
    let at = 0;
    while (true) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#isWorseAt(child + 1, child)) child += 1;
      if (!isWorse(this.#scores[child] ?? 0, this.#orders[child] ?? 0, score, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#scores[at] = score;
    this.#orders[at] = order;
  }

  #isWorseAt(a: number, b: number): boolean {
    return isWorse(this.#scores[a] ?? 0, this.#orders[a] ?? 0, this.#scores[b] ?? 0, this.#orders[b] ?? 0);
  }

  #move(from: number, to: number): void {
    this.#scores[to] = this.#scores[from] ?? 0;
    this.#orders[to] = this.#orders[from] ?? 0;
  }
}

function isWorse(score: number, order: number, otherScore: number, otherOrder: number): boolean {
  return score < otherScore || (score === otherScore && order > otherOrder);
}
