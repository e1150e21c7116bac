import type { SearchOperations, SearchReads } from '../rules/search-database.ts';
import { AppError } from '../../../shared/errors.ts';
import { translateTableFailure } from '../../../tams/table-failure.ts';
import { DelegatedOperations } from './delegated-operations.ts';

type Work = (operations: SearchOperations) => Promise<void>;
type End = 'commit' | 'rollback';

/** Ends the function that the table layer runs as the transaction. */
class RolledBack extends Error {}

/** How long the transaction waits for its next call; other writers wait too. */
const IDLE_MS = 5_000;

/**
 * A transaction of the table layer, which is a function, held open across calls: the function runs what it is handed,
 * call by call, until the end is asked for. A repetition after a conflict could not call its callers back, so it fails.
 */
export class HeldTransaction extends DelegatedOperations {
  /** Resolves however it ended. */
  readonly ended: Promise<void>;
  readonly #done: Promise<void>;
  readonly #handed: (Work | End)[] = [];
  #arrival = Promise.withResolvers<undefined>();
  #ended = false;
  #begun = false;

  /** @param run runs the function in a transaction. */
  constructor(run: (work: (operations: SearchOperations) => Promise<void>) => Promise<void>) {
    super();
    this.#done = run((operations) => this.#serve(operations));
    this.ended = this.#done.catch(() => undefined).finally(() => (this.#ended = true));
  }

  /** Throws the reason why the transaction failed, without any effect. */
  async commit(): Promise<void> {
    this.#hand('commit');
    await this.#done;
  }

  async rollback(): Promise<void> {
    if (!this.#ended) this.#hand('rollback');
    // It failed without any effect, and its calls were rejected with the reason.
    await this.ended;
  }

  protected read<T>(work: (reads: SearchReads) => Promise<T>): Promise<T> {
    return this.write(work);
  }

  protected write<T>(work: (operations: SearchOperations) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#hand((operations) =>
        work(operations).then(resolve, (error: unknown) => {
          const failure = translateTableFailure(error);
          reject(failure instanceof Error ? failure : ended());
        }),
      );
      // The transaction may end, or never begin, before it gets here.
      this.#done.then(
        () => reject(ended()),
        (error: unknown) => reject(error instanceof Error && !(error instanceof RolledBack) ? error : ended()),
      );
    });
  }

  #hand(next: Work | End): void {
    if (this.#ended) throw ended();
    if (typeof next === 'string') this.#ended = true;
    this.#handed.push(next);
    this.#arrival.resolve(undefined);
  }

  async #serve(operations: SearchOperations): Promise<void> {
    if (this.#begun) throw conflict();
    this.#begun = true;
    while (true) {
      const next = await this.#awaitNext();
      if (next === 'commit') return;
      if (next === 'rollback') throw new RolledBack();
      await next(operations);
    }
  }

  async #awaitNext(): Promise<Work | End> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, IDLE_MS);
    });
    if (this.#handed.length === 0) await Promise.race([this.#arrival.promise, tooLate]);
    clearTimeout(timer);
    const next = this.#handed.shift() ?? 'rollback';
    if (this.#handed.length === 0) this.#arrival = Promise.withResolvers();
    return next;
  }
}

function ended(): AppError {
  return new AppError('invalid_request', 'This transaction has ended; begin another.');
}

function conflict(): AppError {
  const summary = 'Another transaction changed the same rows; begin this one again.';
  return new AppError('tables_unavailable', summary, { retryAfterS: 1 });
}
