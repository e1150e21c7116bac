import type { MetricsJson } from '../operation/metrics/metrics-registry.ts';
import type { Siblings, WindowCount } from '../operation/siblings.ts';
import type { ToPrimary, ToWorker } from './messages.ts';

/** Wakes of one worker within this time are one message: many changes come at once. */
const WAKE_PAUSE_MS = 10;

/** A worker process's end of the channel to the primary. When the primary is gone, node:cluster ends the process. */
export class WorkerLink implements Siblings {
  readonly count: number;
  readonly number = Number(process.env['TAMS_PROCESS']);
  readonly #listeners = new Map<string, (told: never) => void>();
  readonly #wakes = new Map<string, () => void>();
  readonly #woken = new Set<string>();
  readonly #answers = new Map<string, () => Promise<unknown>>();
  readonly #gathering = new Map<number, (values: readonly unknown[]) => void>();
  readonly #counting = new Map<number, (counts: readonly WindowCount[]) => void>();
  #uncounted: { readonly key: string; readonly resolve: (count: WindowCount) => void }[] = [];
  #lastId = 0;
  #startBackground: (() => void) | undefined;
  #isBackground = false;
  #retire: (() => void) | undefined;

  constructor(count: number) {
    this.count = count;
    process.on('message', (message) => {
      this.#take(message as ToWorker);
    });
  }

  /** It serves: others may be told to end now. */
  ready(announcement: string, facts: object): void {
    this.#send({ type: 'ready', announcement, facts });
  }

  onRetire(retire: () => void): void {
    this.#retire = retire;
  }

  async leave(counters: () => Promise<readonly object[]>): Promise<void> {
    this.#send({ type: 'counters', metrics: (await counters()) as MetricsJson });
  }

  onBackground(start: () => void): void {
    this.#startBackground = start;
  }

  waker(topic: string, wake: () => void): () => void {
    this.#wakes.set(topic, wake);
    return () => {
      if (this.#isBackground) wake();
      else this.#passOn(topic);
    };
  }

  everywhere<T>(topic: string, listener: (told: T) => void): (told: T) => void {
    this.#listeners.set(topic, listener);
    return (told) => {
      listener(told);
      this.#send({ type: 'tell', topic, told });
    };
  }

  gather<T>(topic: string, own: () => Promise<T>): () => Promise<readonly T[]> {
    this.#answers.set(topic, own);
    return () => {
      const id = ++this.#lastId;
      const gathered = Promise.withResolvers<readonly T[]>();
      this.#gathering.set(id, gathered.resolve as (values: readonly unknown[]) => void);
      this.#send({ type: 'gather', id, topic });
      return gathered.promise;
    };
  }

  /** The keys of one turn of the event loop are one message. */
  readonly counter = (key: string): Promise<WindowCount> => {
    if (this.#uncounted.length === 0) setImmediate(this.#sendKeys);
    return new Promise((resolve) => this.#uncounted.push({ key, resolve }));
  };

  readonly #sendKeys = (): void => {
    const asked = this.#uncounted;
    this.#uncounted = [];
    const id = ++this.#lastId;
    this.#counting.set(id, (counts) => {
      asked.forEach(({ resolve }, index) => {
        const count = counts[index];
        if (count !== undefined) resolve(count);
      });
    });
    this.#send({ type: 'count', id, keys: asked.map(({ key }) => key) });
  };

  #passOn(topic: string): void {
    if (this.#woken.has(topic)) return;
    this.#woken.add(topic);
    // After the pause, so that the last of many changes is seen too.
    setTimeout(() => {
      this.#woken.delete(topic);
      this.#send({ type: 'wake', topic });
    }, WAKE_PAUSE_MS).unref();
  }

  #send(message: ToPrimary): void {
    // A channel that is closed means the end of this process.
    process.send?.(message, undefined, undefined, () => undefined);
  }

  #take(message: ToWorker): void {
    switch (message.type) {
      case 'background':
        this.#isBackground = true;
        this.#startBackground?.();
        break;
      case 'retire':
        this.#retire?.();
        break;
      case 'told':
        this.#listeners.get(message.topic)?.(message.told as never);
        break;
      case 'woken':
        this.#wakes.get(message.topic)?.();
        break;
      case 'question':
        void this.#answer(message.id, message.topic);
        break;
      case 'gathered':
        this.#gathering.get(message.id)?.(message.values);
        this.#gathering.delete(message.id);
        break;
      case 'counted':
        this.#counting.get(message.id)?.(message.counts);
        this.#counting.delete(message.id);
        break;
    }
  }

  /** A question that cannot be answered is left out, as a late answer is. */
  async #answer(id: number, topic: string): Promise<void> {
    const value = await this.#answers
      .get(topic)?.()
      .catch(() => undefined);
    this.#send({ type: 'answer', id, topic, value });
  }
}
