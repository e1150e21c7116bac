/**
 * The order in which the rows of a row group are answered: a permutation made from a seed. A cluster promises
 * no order, and a client that came to rely on one would fail on it; here it fails in the tests.
 */
export class ScanOrder {
  readonly #seed: number;
  #groupRows = 1;
  #factor = 1;
  #inverse = 1;
  #shift = 0;

  /** @param seed 0: rows are answered by row id. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Where a row stands in the order of the whole table. */
  position(rowId: number, groupRows: number): number {
    this.#prepare(groupRows);
    const offset = rowId % groupRows;
    return rowId - offset + ((offset * this.#factor + this.#shift) % groupRows);
  }

  /** The row that stands at a position. */
  rowId(position: number, groupRows: number): number {
    this.#prepare(groupRows);
    const offset = position % groupRows;
    return position - offset + (((offset - this.#shift + groupRows) * this.#inverse) % groupRows);
  }

  #prepare(groupRows: number): void {
    if (groupRows === this.#groupRows) return;
    this.#groupRows = groupRows;
    if (this.#seed === 0) return;
    this.#shift = (this.#seed * 7919) % groupRows;
    this.#factor = coprime(Math.floor(groupRows * 0.618) + (this.#seed % 97), groupRows);
    this.#inverse = inverse(this.#factor, groupRows);
  }
}

function coprime(from: number, modulus: number): number {
  let factor = Math.max(1, from % modulus);
  while (greatestCommonDivisor(factor, modulus) !== 1) factor += 1;
  return factor;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The number that undoes a multiplication by `factor`, by Euclid's extended algorithm. */
function inverse(factor: number, modulus: number): number {
  let [previous, current] = [modulus, factor % modulus];
  let [previousFactor, currentFactor] = [0, 1];
  while (current > 1) {
    const quotient = Math.floor(previous / current);
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, currentFactor] = [currentFactor, previousFactor - quotient * currentFactor];
  }
  return ((currentFactor % modulus) + modulus) % modulus;
}
