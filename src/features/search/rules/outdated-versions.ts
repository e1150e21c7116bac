/** A version that is shown, and has no vectors of some model. */
export interface OutdatedVersion {
  readonly id: string;
  readonly assetId: string;
}

/** The port to what a change of the embedding model has left behind. */
export interface OutdatedVersions {
  /** In the order of their ids, after one of them. */
  page(model: string, afterId: string, limit: number): Promise<OutdatedVersion[]>;
  count(model: string): Promise<number>;
  /**
   * Whether this is the model that vectors are to be made by: of processes with different ones, that of the one that started
   * last. Otherwise each would undo what the other did.
   *
   * @param startedMs when the process of the caller started, in Unix milliseconds.
   */
  isPresent(model: string, startedMs: number): Promise<boolean>;
  /** Removes the vectors of a version by a model for good. */
  removeVectors(version: OutdatedVersion, model: string): Promise<void>;
}
