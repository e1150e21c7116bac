import pLimit from 'p-limit';
import { AnalysisError } from './analysis-error.ts';

/** Most that wait for each place. */
const WAITING_PER_PLACE = 8;

export type Leave = () => void;

/** Limits how much runs at once. Others wait for a place in turn, up to a limit. */
export class Places {
  readonly #count: number;
  readonly #limit: ReturnType<typeof pLimit>;

  constructor(count: number) {
    this.#count = count;
    this.#limit = pLimit(count);
  }

  /**
   * @returns a function that gives the place back. @throws AnalysisError `busy` if none is free in time, `cancelled` if
   * the caller is gone.
   */
  async take(signal: AbortSignal, withinMs: number): Promise<Leave> {
    if (signal.aborted) throw gone();
    if (this.#limit.pendingCount >= this.#count * WAITING_PER_PLACE) throw busy();
    const turn = Promise.withResolvers<Leave>();
    const giveUp = (error: AnalysisError): void => {
      turn.reject(error);
      // A turn that comes later is the next one's.
      wanted = false;
    };
    let wanted = true;
    const onAbort = (): void => giveUp(gone());
    const timer = setTimeout(() => giveUp(busy()), withinMs);
    signal.addEventListener('abort', onAbort);
    void this.#limit(() => (wanted ? new Promise<void>((leave) => turn.resolve(leave)) : undefined));
    try {
      return await turn.promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}

const busy = (): AnalysisError => new AnalysisError('busy', 'As many analyses run, and wait, as may.');
const gone = (): AnalysisError => new AnalysisError('cancelled', 'The caller is gone.');
