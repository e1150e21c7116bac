import { answerCalls } from '../../../shared/worker-calls.ts';
import { DotProducts } from './dot-products/dot-products.ts';
import type { FoundVectors, VectorRequest } from './vector-scanner.ts';

/** The best of many scored rows, kept in a heap whose root is the worst of them. */
class BestRows {
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

/** The thread that scans vectors. Their memory is shared with the main thread, so nothing is copied here. */
const kept = new Map<number, Float32Array>();

type Scan = Extract<VectorRequest, { kind: 'scan' }>;

answerCalls((request: VectorRequest): FoundVectors | undefined => {
  switch (request.kind) {
    case 'add':
      kept.set(request.block, request.vectors);
      return undefined;
    case 'remove':
      kept.delete(request.block);
      return undefined;
    case 'scan':
      return scan(request);
  }
});

function scan({ query, blocks, count, minScore }: Scan): FoundVectors {
  const best = new BestRows(count);
  const products = new DotProducts(query);
  const firsts: number[] = [];
  let order = 0;
  let waiting = 0;
  let total = 0;
  const score = (): void => {
    const scores = products.of(waiting);
    const first = order - waiting;
    for (let index = 0; index < waiting; index += 1) {
      const value = scores[index] ?? 0;
      if (value <= minScore) continue;
      total += 1;
      best.offer(value, first + index);
    }
    waiting = 0;
  };
  for (const { block, rows } of blocks) {
    const vectors = kept.get(block) ?? new Float32Array();
    const length = rows?.length ?? vectors.length / query.length;
    firsts.push(order);
    for (let row = 0; row < length;) {
      // Picked rows do not lie next to each other.
      const taken = rows === undefined ? Math.min(length - row, products.capacity - waiting) : 1;
      const from = (rows === undefined ? row : (rows[row] ?? 0)) * query.length;
      products.vectors.set(vectors.subarray(from, from + taken * query.length), waiting * query.length);
      row += taken;
      order += taken;
      waiting += taken;
      if (waiting === products.capacity) score();
    }
  }
  score();
  return { total, ...locate(best.take(), blocks, firsts) };
}

/** From positions in the order of the scan to blocks and their rows. */
function locate(
  found: readonly { score: number; order: number }[],
  blocks: Scan['blocks'],
  firsts: readonly number[],
): Pick<FoundVectors, 'blocks' | 'rows' | 'scores'> {
  const located = {
    blocks: new Uint32Array(found.length),
    rows: new Uint32Array(found.length),
    scores: new Float64Array(found.length),
  };
  found.forEach(({ score, order }, index) => {
    let low = 0;
    let high = firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((firsts[middle] ?? 0) <= order) low = middle;
      else high = middle - 1;
    }
    const row = order - (firsts[low] ?? 0);
    located.blocks[index] = blocks[low]?.block ?? 0;
    located.rows[index] = blocks[low]?.rows?.[row] ?? row;
    located.scores[index] = score;
  });
  return located;
}
