import type { AuthStore } from './auth-store.ts';
import type { ApiToken, User } from './credentials.ts';

/** How long a change of users and tokens may stay unseen. */
const FRESH_MS = 2_000;

/**
 * All users and tokens, read again on use when they are older than FRESH_MS. An unchanged row stays the same object:
 * `holds` tells whether a row is still current.
 */
export class CredentialDirectory {
  readonly #store: Pick<AuthStore, 'users' | 'tokens'>;
  #users = new Map<string, User>();
  #tokens = new Map<string, ApiToken>();
  #freshUntil = 0;
  #reading: Promise<void> | undefined;

  constructor(store: Pick<AuthStore, 'users' | 'tokens'>) {
    this.#store = store;
  }

  get isFresh(): boolean {
    return performance.now() < this.#freshUntil;
  }

  /** Resolves when the directory is fresh; rejects, and stays as it was, when the tables cannot be read. */
  async refresh(): Promise<void> {
    if (this.isFresh) return;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  user(name: string): User | undefined {
    return this.#users.get(name);
  }

  token(id: string): ApiToken | undefined {
    return this.#tokens.get(id);
  }

  /** Users that may sign in, and tokens, of a name. */
  named(name: string): (User | ApiToken)[] {
    const user = this.#users.get(name);
    const tokens = [...this.#tokens.values()].filter((token) => token.name === name);
    return user?.status === 'active' ? [user, ...tokens] : tokens;
  }

  holds(row: User | ApiToken): boolean {
    return ('id' in row ? this.#tokens.get(row.id) : this.#users.get(row.name)) === row;
  }

  async #read(): Promise<void> {
    const startedAt = performance.now();
    const [users, tokens] = await Promise.all([this.#store.users(), this.#store.tokens()]);
    this.#users = merged(this.#users, users, ({ name }) => name);
    this.#tokens = merged(this.#tokens, tokens, ({ id }) => id);
    this.#freshUntil = startedAt + FRESH_MS;
  }
}

function merged<Row>(
  known: ReadonlyMap<string, Row>,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Map<string, Row> {
  return new Map(
    rows.map((row) => {
      const key = keyOf(row);
      const before = known.get(key);
      return [key, before !== undefined && JSON.stringify(before) === JSON.stringify(row) ? before : row];
    }),
  );
}
