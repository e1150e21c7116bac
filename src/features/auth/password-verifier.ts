import { LRUCache } from 'lru-cache';
import { clientNetwork } from '../../shared/client-network.ts';
import type { Siblings } from '../../operation/siblings.ts';
import { AppError } from '../../shared/errors.ts';
import { toPrincipal } from '../../shared/principal.ts';
import { credentialMark } from './credentials.ts';
import type { CredentialDirectory } from './credential-directory.ts';
import { type Client, LoginFailure, type Verified } from './verification.ts';
import { UNKNOWN_PASSWORD, verifyPassword } from './password-hash.ts';

/** Half of Node's four threads for files, DNS and crypto stay free. */
const GATE = { maxRunning: 2, maxWaiting: 16 };
const WINDOW_MS = 60_000;
const FAILURES_OF_ADDRESS_AND_NAME = 10;
const FAILURES_OF_ADDRESS = 100;
const PASSWORD_MAX_LENGTH = 1024;
const SUMMARY = 'The user name or the password is wrong';

/** Verifies user names and passwords (RFC 7617), at a cost that an attacker cannot turn against the server. */
export class PasswordVerifier {
  readonly #directory: CredentialDirectory;
  readonly #failed: (keys: { readonly network: string; readonly pair: string }) => void;
  readonly #succeeded: (pair: string) => void;
  readonly #gate = new Gate(GATE);
  readonly #byAddress = new FailureLimit({ max: FAILURES_OF_ADDRESS, windowMs: WINDOW_MS });
  readonly #byAddressAndName = new FailureLimit({ max: FAILURES_OF_ADDRESS_AND_NAME, windowMs: WINDOW_MS });

  constructor(directory: CredentialDirectory, siblings: Siblings) {
    this.#directory = directory;
    this.#failed = siblings.everywhere('login failed', ({ network, pair }) => {
      this.#byAddress.add(network);
      this.#byAddressAndName.add(pair);
    });
    this.#succeeded = siblings.everywhere('login succeeded', (pair) => {
      this.#byAddressAndName.forget(pair);
    });
  }

  /**
   * @param encoded base64 of `name:password`
   * @throws LoginFailure where they do not fit, and after too many that did not
   */
  async verify(encoded: string, { ip }: Client): Promise<Verified> {
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon === -1) throw new LoginFailure('basic', 'The credentials are not a user name, a colon and a password');
    const name = text.slice(0, colon);
    const password = text.slice(colon + 1);
    const network = clientNetwork(ip);
    const pair = `${network} ${name.slice(0, PASSWORD_MAX_LENGTH)}`;
    const fail = (reason: string, principal?: string): never => {
      this.#failed({ network, pair });
      throw new LoginFailure('basic', reason, { summary: SUMMARY, principal });
    };

    this.#refuseTooMany(network, pair);
    await this.#directory.refresh();
    const user = this.#directory.user(name);
    if (password.length > PASSWORD_MAX_LENGTH) return fail('the password is too long', user?.name);
    const fits = await this.#gate.run(() => {
      // The limit may have been reached while this one waited.
      this.#refuseTooMany(network, pair);
      return verifyPassword(user?.passwordHash ?? UNKNOWN_PASSWORD, password);
    });
    if (user === undefined) return fail('there is no such user');
    if (!fits) return fail('the password is wrong', user.name);
    if (user.status === 'suspended') {
      // No guess, so it does not count as a failure.
      throw new LoginFailure('basic', 'the user is suspended', { summary: SUMMARY, principal: user.name });
    }
    this.#succeeded(pair);
    return { principal: toPrincipal(user), scheme: 'basic', row: user, mark: credentialMark(user) };
  }

  #refuseTooMany(network: string, pair: string): void {
    const waitS = Math.max(this.#byAddress.waitS(network), this.#byAddressAndName.waitS(pair));
    if (waitS === 0) return;
    throw new LoginFailure('basic', 'Too many failed logins; try again later', {
      code: 'too_many_attempts',
      retryAfterS: waitS,
    });
  }
}

/** Lets a few pieces of expensive work run at a time and some wait; refuses the rest at once. */
export class Gate {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: { maxRunning: number; maxWaiting: number }) {
    this.#maxRunning = limits.maxRunning;
    this.#maxWaiting = limits.maxWaiting;
  }

  /** @throws AppError too_many_attempts where too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#maxRunning) {
      if (this.#waiting.length >= this.#maxWaiting) {
        throw new AppError('too_many_attempts', 'Too many logins at once; try again', { retryAfterS: 2 });
      }
      // A login that is done hands its place over, so the count stays.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

const KEYS_MAX = 10_000;

/** Counts failures by a key, such as an address, in windows of a fixed length that begin with the first. */
export class FailureLimit {
  readonly #max: number;
  readonly #windowMs: number;
  readonly #failures = new LRUCache<string, { count: number; readonly endsAt: number }>({ max: KEYS_MAX });

  constructor(limits: { max: number; windowMs: number }) {
    this.#max = limits.max;
    this.#windowMs = limits.windowMs;
  }

  /** Seconds until the key may try again; 0 if it may now. */
  waitS(key: string): number {
    const window = this.#current(key);
    return window === undefined || window.count < this.#max
      ? 0
      : Math.ceil(Math.max(window.endsAt - performance.now(), 1) / 1000);
  }

  add(key: string): void {
    const window = this.#current(key);
    if (window === undefined) this.#failures.set(key, { count: 1, endsAt: performance.now() + this.#windowMs });
    else window.count++;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  #current(key: string): { count: number; readonly endsAt: number } | undefined {
    const window = this.#failures.get(key);
    return window !== undefined && performance.now() < window.endsAt ? window : undefined;
  }
}
