import type { WebhookProgress } from '../../domain/webhook.ts';

/** Which positions of the log are done for one registration: all up to one, and some beyond. */
export class DeliveryProgress {
  #position: number;
  readonly #beyond: Set<number>;

  constructor({ position, done }: Pick<WebhookProgress, 'position' | 'done'>) {
    this.#position = position;
    this.#beyond = new Set(done);
    this.#advance();
  }

  /** Everything up to here is done. */
  get position(): number {
    return this.#position;
  }

  /** Positions after it that are done too, in order. */
  get done(): number[] {
    return [...this.#beyond].sort((a, b) => a - b);
  }

  has(position: number): boolean {
    return position <= this.#position || this.#beyond.has(position);
  }

  add(position: number): void {
    if (position <= this.#position) return;
    this.#beyond.add(position);
    this.#advance();
  }

  /** Everything up to a position is done, since it is not in the log any more. */
  skipTo(position: number): void {
    if (position <= this.#position) return;
    for (const each of this.#beyond) if (each <= position) this.#beyond.delete(each);
    this.#position = position;
    this.#advance();
  }

  #advance(): void {
    while (this.#beyond.delete(this.#position + 1)) this.#position += 1;
  }
}
