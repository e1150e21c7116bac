import { fromJson } from '../../shared/json-text.ts';
import { isDeepStrictEqual } from 'node:util';
import { checkDocument, type DocumentLimits } from '../documents/document-limits.ts';
import type { SourceFilter } from '../documents/filters.ts';
import type { JsonText, Page, PageRequest } from '../../shared/paging.ts';
import type { Source, SourceProperty } from './source.ts';
import { removeTag, setTag, tagOf, type Tags, type TagValue } from '../documents/tags.ts';
import { AppError } from '../../shared/errors.ts';
import { now } from '../../shared/time/clock.ts';
import { publishSource } from '../webhooks/event-publishing.ts';
import { sourceNotFound } from './source-lifecycle.ts';
import { inferRelations } from './source-relations.ts';
import { showSource } from './source-text.ts';
import type { SourceDocument } from './source-repository.ts';
import type { VastStore } from '../vast-store.ts';

/** Sources exist because flows name them; only their own metadata is changed here (TAMS 7.0, `/sources`). */
export class SourceService {
  readonly #store: VastStore;
  readonly #limits: DocumentLimits;

  constructor(store: VastStore, limits: DocumentLimits) {
    this.#store = store;
    this.#limits = limits;
  }

  async list(filter: SourceFilter, page: PageRequest): Promise<Page<JsonText>> {
    const { items, ...rest } = await this.#store.sources.list(filter, page);
    const relations = await inferRelations(
      this.#store,
      items.map(({ id }) => id),
    );
    return { items: items.map((source) => showSource(source, relations.get(source.id))), ...rest };
  }

  async get(id: string): Promise<JsonText> {
    const source = await this.#find(id);
    return showSource(source, (await inferRelations(this.#store, [id])).get(id));
  }

  async exists(id: string): Promise<void> {
    await this.#find(id);
  }

  async getTags(id: string): Promise<Tags> {
    return (await this.#load(id)).tags ?? {};
  }

  async getTag(id: string, name: string): Promise<TagValue> {
    return tagOf(await this.getTags(id), name, `source ${id}`);
  }

  /** @param valueOf the value to keep, made of the present one */
  putTag(
    id: string,
    name: string,
    valueOf: (present: TagValue | undefined) => TagValue,
    principal: string,
  ): Promise<void> {
    return this.#change(id, principal, (source) => {
      setTag(source, name, valueOf);
    });
  }

  deleteTag(id: string, name: string, principal: string): Promise<void> {
    return this.#change(id, principal, (source) => {
      removeTag(source, name, `source ${id}`);
    });
  }

  async getProperty(id: string, property: SourceProperty): Promise<string> {
    const value = (await this.#load(id))[property];
    if (value === undefined) throw new AppError('not_found', `source ${id} has no ${property}`);
    return value;
  }

  putProperty(id: string, property: SourceProperty, value: string, principal: string): Promise<void> {
    return this.#change(id, principal, (source) => {
      source[property] = value;
    });
  }

  deleteProperty(id: string, property: SourceProperty, principal: string): Promise<void> {
    return this.#change(id, principal, (source) => {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the property is one of a closed set
      delete source[property];
    });
  }

  async #find(id: string): Promise<SourceDocument> {
    const source = await this.#store.sources.find(id);
    if (source === undefined) throw sourceNotFound(id);
    return source;
  }

  async #load(id: string): Promise<Source> {
    return fromJson((await this.#find(id)).document);
  }

  /** As with flows, a change that changes nothing emits no event. */
  #change(id: string, principal: string, change: (source: Source) => void): Promise<void> {
    return this.#store.transaction(async (tx) => {
      const state = await tx.sources.state(id);
      if (state === undefined) throw sourceNotFound(id);
      const { source, handle } = state;
      const before = structuredClone(source);
      change(source);
      if (isDeepStrictEqual(source, before)) return;
      checkDocument('source', source, this.#limits, before);
      source.updated = now();
      source.updated_by = principal;
      await tx.sources.replace(handle, before, source);
      await publishSource(tx, 'sources/updated', id);
    });
  }
}
