import type { AuthStore } from './auth-store.ts';
import type { ApiToken } from './credentials.ts';
import type { Grant } from '../../shared/principal.ts';
import { makeToken } from './api-token.ts';
import { AdminError, checkName } from './user-admin.ts';

/** Manages bearer tokens for an operator. Each change and its audit entry are one transaction. */
export class TokenAdmin {
  readonly #store: AuthStore;
  readonly #operator: string;

  constructor(store: AuthStore, operator: string) {
    this.#store = store;
    this.#operator = operator;
  }

  /**
   * @returns the token, which cannot be had again
   * @throws AdminError where the name is taken or not acceptable
   */
  async add(grant: Grant): Promise<string> {
    checkName(grant.name, 'token');
    const { id, text, hash } = makeToken();
    await this.#store.transaction(async (tx) => {
      if ((await tx.token(grant.name)) !== undefined) throw new AdminError(`There is a token ${grant.name} already.`);
      await tx.insertToken({ ...grant, id, hash, created: new Date().toISOString() });
      await tx.record(this.#act('tokens add', grant.name));
    });
    return text;
  }

  async remove(name: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      if (!(await tx.removeToken(name))) throw new AdminError(`There is no token ${JSON.stringify(name)}.`);
      await tx.record(this.#act('tokens remove', name));
    });
  }

  list(): Promise<ApiToken[]> {
    return this.#store.tokens();
  }

  #act(action: string, name: string) {
    return { event: 'administration', principal: this.#operator, scheme: 'mgmt', action, detail: name } as const;
  }
}
