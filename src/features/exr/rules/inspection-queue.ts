/** Objects that are to be inspected, and how often that was tried. */
export interface QueuedInspection {
  readonly id: string;
  readonly objectIds: readonly string[];
  /** Attempts that failed. */
  readonly attempt: number;
}

export interface InspectionQueueReads {
  hasDue(nowMs: number): Promise<boolean>;
}

/** EXR objects that segments were registered of, and that nobody has looked into yet. */
export interface InspectionQueue extends InspectionQueueReads {
  /** One insert, however many objects. */
  add(objectIds: readonly string[], dueAtMs: number, attempt?: number): Promise<void>;
  /** Those that are due, the longest due first. */
  due(nowMs: number, limit: number): Promise<QueuedInspection[]>;
  remove(ids: readonly string[]): Promise<void>;
  /** Forgets what was read of objects that are gone. */
  forget(objectIds: readonly string[]): Promise<void>;
}
