import type { MediaStoreRegistry } from '../../src/media/media-store.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import type { Progress } from '../progress.ts';

/** Something that does not fit together, seen twice. */
export interface Finding {
  readonly check: string;
  /** Its subject, such as `segments of flow ...`. */
  readonly subject: string;
  readonly problem: string;
  /** The action of `--repair`; undefined if a person must decide. */
  readonly repair: string | undefined;
  readonly repaired: boolean;
}

/** A finding before it is known whether it is to be repaired. */
export interface Found extends Omit<Finding, 'check' | 'repaired'> {
  /** Does what `repair` says, if it is still needed. */
  readonly mend?: () => Promise<void>;
}

export interface VerifyContext {
  readonly manager: VastDBManager;
  readonly media: MediaStoreRegistry;
  readonly progress: Progress;
  /** Repair also deletes bytes that no row knows. */
  readonly deleteBytes: boolean;
}

/** One thing to look for. A check holds little in memory, however large the tables are, and bothers a running server little. */
export interface Check {
  readonly name: string;
  readonly description: string;
  find(context: VerifyContext): AsyncIterable<Found>;
}
