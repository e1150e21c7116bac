/** A published version without vectors of some model. */
export interface OutdatedVersion {
  readonly id: string;
  readonly assetId: string;
}

/** The port to versions with vectors of another model. */
export interface OutdatedVersions {
  /** In the order of their ids, after one of them. */
  page(model: string, afterId: string, limit: number): Promise<OutdatedVersion[]>;
  count(model: string): Promise<number>;
  /**
   * Whether vectors are to be made by this model. If processes have different models, that of the last started process
   * counts; otherwise each would undo the other's work.
   *
   * @param startedMs when the process of the caller started, in Unix milliseconds.
   */
  isPresent(model: string, startedMs: number): Promise<boolean>;
  /** Removes the vectors of a version by a model for good. */
  removeVectors(version: OutdatedVersion, model: string): Promise<void>;
}
