import { fork } from 'node:child_process';
import { once } from 'node:events';

/** What a receiver does with deliveries from here on; its count begins anew. */
export type ReceiverOrder = 'take' | 'refuse' | 'hang';

export interface ReceiverReport {
  /** Deliveries that were taken since the last order. */
  readonly count: number;
  /** From the first to the last of them. */
  readonly seconds: number;
}

export interface BenchReceiver {
  /** Without a slash at its end. */
  readonly url: string;
  order(order: ReceiverOrder): void;
  report(): Promise<ReceiverReport>;
  close(): Promise<void>;
}

/** A receiver of webhooks in a process of its own, as real ones are. */
export async function startReceiver(): Promise<BenchReceiver> {
  const child = fork(new URL('./receiver-process.ts', import.meta.url));
  const ended = once(child, 'exit');
  const [url] = (await once(child, 'message')) as [string];
  return {
    url,
    order: (order) => void child.send(order),
    report: async () => {
      child.send('report');
      const [report] = (await once(child, 'message')) as [ReceiverReport];
      return report;
    },
    close: async () => {
      child.kill();
      await ended;
    },
  };
}
