import type { AuditEntry } from './audit.ts';
import type { AuthStore } from './auth-store.ts';
import { type ApiToken, makeToken, type User } from './credentials.ts';
import type { Grant } from '../../shared/principal.ts';
import { hashPassword } from './password-hash.ts';

/** A request of an operator that cannot be done; the message is for the operator. */
export class AdminError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AdminError';
  }
}

const PASSWORD_MIN_LENGTH = 12;
const PASSWORD_MAX_LENGTH = 1024;
/** No colon, which ends the name in basic credentials, and nothing that breaks a log line. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** Manages users for an operator. Each change and its audit entry are one transaction. */
export class UserAdmin {
  readonly #store: AuthStore;
  readonly #operator: string;

  constructor(store: AuthStore, operator: string) {
    this.#store = store;
    this.#operator = operator;
  }

  /** @throws AdminError where the name is taken, or name or password are not acceptable */
  async add(grant: Grant, password: string): Promise<void> {
    checkName(grant.name, 'user');
    checkPassword(password);
    const passwordHash = await hashPassword(password);
    const now = new Date().toISOString();
    await this.#store.transaction(async (tx) => {
      if ((await tx.user(grant.name)) !== undefined) throw new AdminError(`There is a user ${grant.name} already.`);
      await tx.insertUser({ ...grant, passwordHash, status: 'active', created: now, updated: now });
      await tx.record(act(this.#operator, 'users add', grant.name));
    });
  }

  async remove(name: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      if (!(await tx.removeUser(name))) throw noUser(name);
      await tx.record(act(this.#operator, 'users remove', name));
    });
  }

  async changePassword(name: string, password: string): Promise<void> {
    checkPassword(password);
    const passwordHash = await hashPassword(password);
    await this.#change('users change-password', name, { passwordHash });
  }

  async setStatus(name: string, status: User['status']): Promise<void> {
    await this.#change(status === 'active' ? 'users activate' : 'users suspend', name, { status });
  }

  async show(name: string): Promise<User> {
    const user = (await this.#store.users()).find((each) => each.name === name);
    if (user === undefined) throw noUser(name);
    return user;
  }

  list(): Promise<User[]> {
    return this.#store.users();
  }

  async #change(action: string, name: string, changes: Partial<User>): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const user = await tx.user(name);
      if (user === undefined) throw noUser(name);
      await tx.replaceUser({ ...user, ...changes, updated: new Date().toISOString() });
      await tx.record(act(this.#operator, action, name));
    });
  }
}

/** @throws AdminError */
function checkName(name: string, noun: string): void {
  if (NAME.test(name)) return;
  throw new AdminError(
    `The name of a ${noun} has 1 to 64 of A-Z a-z 0-9 . _ @ -, and begins with a letter or a digit.`,
  );
}

function checkPassword(password: string): void {
  if (password.length >= PASSWORD_MIN_LENGTH && password.length <= PASSWORD_MAX_LENGTH) return;
  throw new AdminError(`A password has ${PASSWORD_MIN_LENGTH} to ${PASSWORD_MAX_LENGTH} characters.`);
}

const noUser = (name: string): AdminError => new AdminError(`There is no user ${JSON.stringify(name)}.`);

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
      await tx.record(act(this.#operator, 'tokens add', grant.name));
    });
    return text;
  }

  async remove(name: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      if (!(await tx.removeToken(name))) throw new AdminError(`There is no token ${JSON.stringify(name)}.`);
      await tx.record(act(this.#operator, 'tokens remove', name));
    });
  }

  list(): Promise<ApiToken[]> {
    return this.#store.tokens();
  }
}

const act = (operator: string, action: string, name: string): AuditEntry => ({
  event: 'administration',
  principal: operator,
  scheme: 'mgmt',
  action,
  detail: name,
});
