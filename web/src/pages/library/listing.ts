import { signal } from '@preact/signals';
import { type Page, pageOf, tams } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { type Filters, queryOf } from './filters.ts';

export type Flow = components['schemas']['Flow'];
export type Source = components['schemas']['Source'];
export type Item = Flow | Source;

const PAGE_SIZE = 100;
const LOOK_EVERY_MS = 5_000;

/** A listing as far as it has been scrolled to. It looks by itself whether its beginning has changed. */
export class Listing {
  readonly items = signal<readonly Item[]>([]);
  /** Whether there is more to load. */
  readonly hasMore = signal(true);
  readonly error = signal<unknown>(undefined);
  /** Whether the beginning is another by now: `load` shows it. */
  readonly hasNews = signal(false);
  readonly #filters: Filters;
  readonly #ended = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  #next: string | undefined;
  #loading: Promise<void> | undefined;

  constructor(filters: Filters) {
    this.#filters = filters;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** From the beginning. */
  load(): Promise<void> {
    return this.#once(async () => {
      const page = await this.#page(undefined);
      this.items.value = page.items;
      this.hasNews.value = false;
      this.#keep(page);
    });
  }

  /** The next page, if there is one. */
  more(): Promise<void> {
    if (!this.hasMore.value || this.error.value !== undefined) return Promise.resolve();
    return this.#once(async () => {
      const page = await this.#page(this.#next);
      this.items.value = [...this.items.value, ...page.items];
      this.#keep(page);
    });
  }

  end(): void {
    clearInterval(this.#timer);
    this.#ended.abort();
  }

  #keep({ next }: Page<Item>): void {
    this.#next = next;
    this.hasMore.value = next !== undefined;
  }

  /** One request at a time. */
  #once(ask: () => Promise<void>): Promise<void> {
    this.#loading ??= this.#try(ask).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #try(ask: () => Promise<void>): Promise<void> {
    this.error.value = undefined;
    try {
      await ask();
    } catch (error) {
      if (!this.#ended.signal.aborted) this.error.value = error;
    }
  }

  async #look(): Promise<void> {
    if (document.hidden || this.#loading !== undefined) return;
    try {
      const { items } = await this.#page(undefined);
      const shown = this.items.value.slice(0, items.length);
      this.hasNews.value = JSON.stringify(items) !== JSON.stringify(shown);
    } catch (error) {
      // A lost server has its banner, and the next look tells again.
      if (!this.#ended.signal.aborted) console.debug('no look at the listing', error);
    }
  }

  #page(page: string | undefined): Promise<Page<Item>> {
    const query = { ...queryOf(this.#filters), limit: PAGE_SIZE, ...(page !== undefined && { page }) };
    // The parameters' names depend on the filters: tags have any.
    const options = { params: { query: query as never }, signal: this.#ended.signal };
    return this.#filters.kind === 'flows' ? pageOf(tams.GET('/flows', options)) : pageOf(tams.GET('/sources', options));
  }
}
