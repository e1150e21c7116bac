import type { FlowContent } from '../../src/tams/flows/flow-state.ts';

const FIRST_CAPACITY = 64;

/** Where the segments of one flow lie, gathered in any order: 16 bytes for each. */
export class FlowTimeline {
  #starts = new BigInt64Array(FIRST_CAPACITY);
  #ends = new BigInt64Array(FIRST_CAPACITY);
  #count = 0;
  #isSorted = true;

  /** Nanoseconds; the end is exclusive. */
  add(startNs: bigint, endNs: bigint): void {
    if (this.#count === this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#ends = grown(this.#ends);
    }
    if (this.#count > 0 && startNs < (this.#starts[this.#count - 1] ?? startNs)) this.#isSorted = false;
    this.#starts[this.#count] = startNs;
    this.#ends[this.#count] = endNs;
    this.#count += 1;
  }

  /** Totals of the segments; null if there are none. */
  content(): FlowContent | null {
    if (this.#count === 0) return null;
    let [startNs, endNs] = [this.#start(0), this.#end(0)];
    let [coveredNs, longestNs] = [0n, 0n];
    for (let index = 0; index < this.#count; index++) {
      const [start, end] = [this.#start(index), this.#end(index)];
      if (start < startNs) startNs = start;
      if (end > endNs) endNs = end;
      if (end - start > longestNs) longestNs = end - start;
      coveredNs += end - start;
    }
    return { startNs, endNs, coveredNs, segments: { count: BigInt(this.#count), longestNs } };
  }

  /** Two segments that overlap: where each begins; undefined where none do. */
  overlap(): readonly [bigint, bigint] | undefined {
    const order = this.#isSorted ? undefined : this.#sortedIndexes();
    let previous = 0;
    for (let position = 1; position < this.#count; position++) {
      const before = order?.[position - 1] ?? position - 1;
      const index = order?.[position] ?? position;
      if (position === 1) previous = before;
      if (this.#end(before) > this.#end(previous)) previous = before;
      if (this.#start(index) < this.#end(previous)) return [this.#start(previous), this.#start(index)];
    }
    return undefined;
  }

  #start(index: number): bigint {
    return this.#starts[index] ?? 0n;
  }

  #end(index: number): bigint {
    return this.#ends[index] ?? 0n;
  }

  #sortedIndexes(): Uint32Array {
    const indexes = Uint32Array.from({ length: this.#count }, (_, index) => index);
    return indexes.sort((a, b) => (this.#start(a) < this.#start(b) ? -1 : 1));
  }
}

function grown(cells: BigInt64Array<ArrayBuffer>): BigInt64Array<ArrayBuffer> {
  const larger = new BigInt64Array(cells.length * 2);
  larger.set(cells);
  return larger;
}
