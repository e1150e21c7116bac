import { TableError } from '../../../table-error.ts';
import { VastError } from '../transport/vast-error.ts';

/** Repetitions of a commit whose answer was lost, while the transaction is still open. */
const ATTEMPTS = 5;

interface CommitSteps {
  readonly commit: () => Promise<void>;
  /** Whether the cluster knows the transaction as neither committed nor rolled back. */
  readonly isOpen: () => Promise<boolean>;
  /** Whether others can see the transaction's writes. */
  readonly isVisible: () => Promise<boolean>;
}

/**
 * Commits, and finds out the outcome if the answer was lost: an open transaction is committed again; a closed one was
 * committed if its writes can be seen.
 *
 * @throws TableError `conflict` when it was not committed, so that it may be done anew; `unavailable` when that cannot
 * be found out now.
 */
export async function commitSurely({ commit, isOpen, isVisible }: CommitSteps): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      await commit();
      return;
    } catch (error) {
      if (!isDoubtful(error)) throw error;
    }
    if (await surely(isOpen)) continue;
    if (await surely(isVisible)) return;
    throw new TableError('conflict', 'The cluster ended the transaction without committing it.');
  }
  throw new TableError('unavailable', 'The transaction cannot be committed: the cluster does not answer to that.');
}

/** An error of the look-up must not be taken for one of a write, after which the work may be run anew. */
async function surely(lookUp: () => Promise<boolean>): Promise<boolean> {
  try {
    return await lookUp();
  } catch (error) {
    throw new TableError('unavailable', 'Whether the transaction was committed cannot be found out now.', error);
  }
}

/** Whether it may have been committed: a refusal is certain. */
const isDoubtful = (error: unknown): boolean =>
  error instanceof VastError && error.kind !== 'conflict' && error.kind !== 'full' && error.status !== 403;
