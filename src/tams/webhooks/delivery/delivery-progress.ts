import type { PositionRange, WebhookProgress } from '../webhook.ts';

/**
 * The done positions of the log for one registration: all up to one, and some beyond. Memory grows with the gaps
 * between them, not with their distance.
 */
export class DeliveryProgress {
  /** The last known position. */
  #upTo: number;
  /** Open positions up to there, in order. */
  readonly #pending = new Set<number>();

  constructor({ position, done }: Pick<WebhookProgress, 'position' | 'done'>) {
    this.#upTo = position;
    for (const [from, to] of done) {
      this.#extend(from);
      this.#upTo = to;
    }
  }

  /** Everything up to here is done. */
  get position(): number {
    const [first = this.#upTo + 1] = this.#pending;
    return first - 1;
  }

  /** Done positions after it, in order. */
  get done(): PositionRange[] {
    const [first, ...others] = this.#pending;
    if (first === undefined) return [];
    const ranges: PositionRange[] = [];
    let from = first + 1;
    for (const pending of [...others, this.#upTo + 1]) {
      if (pending > from) ranges.push([from, pending - 1]);
      from = pending + 1;
    }
    return ranges;
  }

  has(position: number): boolean {
    return position <= this.#upTo && !this.#pending.has(position);
  }

  /** The first position after this one that is not done. */
  next(after: number): number {
    if (after >= this.#upTo) return after + 1;
    for (const position of this.#pending) if (position > after) return position;
    return this.#upTo + 1;
  }

  add(position: number): void {
    if (position > this.#upTo) this.#extend(position);
    else this.#pending.delete(position);
  }

  /** Everything up to a position is done, since it is not in the log any more. */
  skipTo(position: number): void {
    for (const each of this.#pending) {
      if (each > position) break;
      this.#pending.delete(each);
    }
    this.#upTo = Math.max(this.#upTo, position);
  }

  /** Takes note of a position that is done, and of those before it that are not. */
  #extend(position: number): void {
    for (let each = this.#upTo + 1; each < position; each += 1) this.#pending.add(each);
    this.#upTo = position;
  }
}
