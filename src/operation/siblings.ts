/** How often a key was counted in the window that runs, and for how long that lasts still. */
export interface WindowCount {
  readonly count: number;
  readonly leftMs: number;
}

/**
 * The processes of this server that share its port, this one among them (docs/adr/0043-workers.md). A server of one process
 * has `ALONE`.
 */
export interface Siblings {
  /** How many serve, once all are started. */
  readonly count: number;
  /** This one's, from 1 on; a replacement has that of the process that it replaces. */
  readonly number: number;
  /** Runs `start` when this process is to do the background work. At any time one of them is; none is told to end it. */
  onBackground(start: () => void): void;
  /** Wakes a background worker, in the process that runs it. */
  waker(topic: string, wake: () => void): () => void;
  /** Returns what runs the listener in every process: here at once, in the others a moment later. */
  everywhere<T>(topic: string, listener: (told: T) => void): (told: T) => void;
  /** Returns what asks every process, this one included. One that does not answer in time is left out. */
  gather<T>(topic: string, own: () => Promise<T>): () => Promise<readonly T[]>;
  /** Counts one more use of a key in windows of a second, over all processes. Undefined: there are no others. */
  readonly counter: ((key: string) => Promise<WindowCount>) | undefined;
  /** Leaves the counters of this process to the others, before it ends. */
  leave(counters: () => Promise<readonly object[]>): Promise<void>;
}

/** The only process of a server. */
export const ALONE: Siblings = {
  count: 1,
  number: 1,
  onBackground: (start) => {
    start();
  },
  waker: (_topic, wake) => wake,
  everywhere: (_topic, listener) => listener,
  gather: (_topic, own) => async () => [await own()],
  counter: undefined,
  leave: () => Promise.resolve(),
};
