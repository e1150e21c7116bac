/** How far a file is, and how fast it goes. */
export interface Progress {
  /** From 0 to 1. */
  readonly done: number;
  readonly bytesPerSecond: number;
  /** Undefined until it can be told. */
  readonly secondsLeft: number | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly done: number;
}

const WINDOW_MS = 10_000;

/** Speed over the last seconds, so that a pause or a slow start does not stay in it. */
export class Pace {
  readonly #samples: Sample[] = [];
  #bytes = 0;

  /** @param bytes that were uploaded since the last call. @param done from 0 to 1. */
  add(atMs: number, bytes: number, done: number): Progress {
    this.#bytes += bytes;
    const last = { atMs, bytes: this.#bytes, done };
    this.#samples.push(last);
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? last;
    const seconds = (atMs - first.atMs) / 1000;
    const gained = done - first.done;
    return {
      done,
      bytesPerSecond: seconds > 0 ? (last.bytes - first.bytes) / seconds : 0,
      secondsLeft: gained > 0 && seconds > 0 ? ((1 - done) / gained) * seconds : undefined,
    };
  }
}
