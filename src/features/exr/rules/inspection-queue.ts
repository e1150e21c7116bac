/** Objects that are to be inspected, and how often that was tried. */
export interface QueuedInspection {
  readonly id: string;
  readonly objectIds: readonly string[];
  /** Attempts that failed. */
  readonly attempt: number;
}
