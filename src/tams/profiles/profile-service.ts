import { AppError } from '../../shared/errors.ts';
import type { JsonText, Page, PageRequest } from '../../shared/paging.ts';
import { now } from '../../shared/time/clock.ts';
import { withShownTimes } from '../../shared/time/shown-times.ts';
import { checkDocument, type DocumentLimits } from '../documents/document-limits.ts';
import { checkTagNames, checkTechnicalRules } from '../flows/flow-rules.ts';
import type { Profile, ProfileFilter, ProfileInput } from './profile.ts';
import type { VastStore } from '../vast-store.ts';

/** TAMS 8.2, `/service/profiles`. */
export class ProfileService {
  readonly #store: VastStore;
  readonly #limits: DocumentLimits;

  constructor(store: VastStore, limits: DocumentLimits) {
    this.#store = store;
    this.#limits = limits;
  }

  async list(filter: ProfileFilter, page: PageRequest): Promise<Page<JsonText>> {
    const { items, ...rest } = await this.#store.profiles.list(filter, page);
    return { items: items.map(show), ...rest };
  }

  async get(id: string): Promise<JsonText> {
    const profile = await this.#store.profiles.find(id);
    if (profile === undefined) throw notFound(id);
    return show(profile);
  }

  /** Throws `profile_exists`, also where the present one is the same: profiles are never changed. */
  create(input: ProfileInput, principal: string): Promise<JsonText> {
    checkTagNames(input.tags ?? {});
    checkTechnicalRules(input.flow_metadata, 'body/flow_metadata');
    checkDocument('profile', input, this.#limits);
    return this.#store.transaction(async (tx) => {
      const { id } = input;
      if ((await tx.profiles.find(id)) !== undefined) {
        const summary = `profile ${id} exists, and profiles are never changed; make another one, with another id`;
        throw new AppError('profile_exists', summary, { field: 'profileId' });
      }
      if ((await tx.unlimited.profiles.find(id)) !== undefined) throw notFound(id);
      const profile: Profile = { ...input, created_by: input.created_by ?? principal, created: now() };
      await tx.profiles.insert(profile);
      return show(JSON.stringify(profile));
    });
  }
}

const show = (profile: JsonText): JsonText => withShownTimes(profile, ['created']);

const notFound = (id: string): AppError => new AppError('not_found', `there is no profile ${id}`);
