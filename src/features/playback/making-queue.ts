import pLimit from 'p-limit';
import { AppError } from '../../shared/errors.ts';
import { LIMITS } from './playback-settings.ts';

/** Bounds what is made at once: each reads up to all rows of a flow, and holds them until its text is written. */
export class MakingQueue {
  readonly #limit = pLimit(LIMITS.making);

  /** @throws AppError overloaded where too many wait for their turn */
  async run<T>(make: () => Promise<T>): Promise<T> {
    if (this.#limit.pendingCount >= LIMITS.queued) {
      throw new AppError('overloaded', 'too many playlists and timelines are being made; try again later', {
        retryAfterS: 1,
      });
    }
    return this.#limit(make);
  }
}
