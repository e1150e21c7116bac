import { signal } from '@preact/signals';
import { BringInItem, type GivenFile } from './item.ts';
import { isSameFile } from './journal.ts';
import { keptJournals } from './journals.ts';
import type { Store } from './store.ts';

/** The files that were dropped, and those of earlier visits. They are brought in one after the other. */
export class BringInQueue {
  readonly items = signal<readonly BringInItem[]>([]);
  readonly #store: Store;
  readonly #server: string;
  #turn: Promise<void> = Promise.resolve();

  /** @param server its address: journals for another are left alone. */
  constructor(store: Store, server: string) {
    this.#store = store;
    this.#server = server;
  }

  /** Lists what earlier visits left. */
  async load(): Promise<void> {
    const journals = await keptJournals();
    const known = new Set(this.items.value.map(({ journal }) => journal.value?.id));
    const left = journals.filter(({ id, server }) => server === this.#server && !known.has(id));
    this.items.value = [...left.map((journal) => BringInItem.ofJournal(journal, this.#store)), ...this.items.value];
  }

  /** Takes files; one that an earlier visit began goes on there. */
  async add(given: readonly GivenFile[]): Promise<void> {
    for (const each of given) {
      const { name, size, lastModified } = each.file;
      const same = this.items.value.find(
        ({ identity, phase }) => isSameFile(identity, { name, size, lastModified }) && phase.value !== 'done',
      );
      if (same === undefined)
        this.items.value = [...this.items.value, BringInItem.ofFile(each, this.#store, this.#server)];
      else if (same.phase.value === 'away' && (await same.takeAgain(each))) this.start(same);
    }
  }

  /** Takes a file and brings it in at once. */
  async bringIn(file: File): Promise<void> {
    const item = BringInItem.ofFile({ file }, this.#store, this.#server);
    this.items.value = [...this.items.value, item];
    await item.isRead;
    this.start(item);
  }

  /** Goes on with a file of an earlier visit, which the browser gets by itself. */
  async goOn(item: BringInItem): Promise<void> {
    await item.takeByHandle();
    this.start(item);
  }

  /** Brings a file in when those before it are done, paused or have failed. */
  start(item: BringInItem): void {
    if (!['ready', 'paused', 'failed'].includes(item.phase.value)) return;
    item.phase.value = 'waiting';
    this.#turn = this.#turn.then(async () => {
      if (item.phase.value === 'waiting') await item.run();
    });
  }

  startAll(): void {
    for (const item of this.items.value) if (item.phase.value === 'ready') this.start(item);
  }

  pause(item: BringInItem): void {
    if (item.phase.value === 'waiting') item.phase.value = item.isBegun ? 'paused' : 'ready';
    else item.pause();
  }

  async remove(item: BringInItem): Promise<void> {
    await item.forget();
    this.items.value = this.items.value.filter((each) => each !== item);
  }

  get isBusy(): boolean {
    return this.items.value.some(({ phase }) => phase.value === 'running' || phase.value === 'waiting');
  }
}
