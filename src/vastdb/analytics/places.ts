import pLimit from 'p-limit';
import { AnalysisError } from './analysis-error.ts';

/** So many wait for each place, at most. */
const WAITING_PER_PLACE = 8;

export type Leave = () => void;

/** How much may run at once. Whoever finds no place waits for one in turn, unless as many wait already as may. */
export class Places {
  readonly #count: number;
  readonly #limit: ReturnType<typeof pLimit>;

  constructor(count: number) {
    this.#count = count;
    this.#limit = pLimit(count);
  }

  /** How many are taken. */
  get taken(): number {
    return this.#limit.activeCount;
  }

  /**
   * @returns what gives the place back.
   * @throws AnalysisError `busy` where none is free in time, `cancelled` where nobody waits any more.
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
const gone = (): AnalysisError => new AnalysisError('cancelled', 'Whoever asked is gone.');
