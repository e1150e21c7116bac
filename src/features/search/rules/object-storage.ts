export interface ObjectNotification {
  readonly type: 'created' | 'removed';
  readonly bucket: string;
  readonly key: string;
  /** ETag of the created or removed object. */
  readonly etag: string;
  readonly sizeBytes: number;
}

export interface SubscribeOptions {
  /** Notifications are recorded under this name: a subscription of the same name continues where it stopped. */
  readonly name: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Pause between the end of one sweep and the next. */
  readonly intervalMs: number;
  /** Failed sweeps and handlers; the next sweep tries again. */
  readonly onError: (error: unknown) => void;
}
