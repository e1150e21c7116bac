import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { AppError } from '../shared/errors.ts';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** After this moment they are refused, and so is every URL that was signed with them. */
  readonly expiration?: Date;
}

/** As the SDK calls for credentials; `forceRefresh` passes over those that it kept. */
export type CredentialProvider = (options?: { readonly forceRefresh?: boolean }) => Promise<S3Credentials>;

/** The environment has no credentials, or they could not be renewed. No fault of the store. */
export class NoCredentials extends AppError {
  constructor(cause: unknown) {
    const summary =
      'There are no valid credentials for the media store: neither keys are configured nor does the environment have a role or a profile that works.';
    super('media_store_unavailable', summary, { cause });
  }
}

const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 3_600_000;
/** After a renewal that failed. */
const RETRY_MS = 10_000;

/** AWS's provider chain: environment, profiles, web identity (IRSA), the metadata of containers and instances. */
export function environmentCredentials(region: string): CredentialProvider {
  const chain = defaultProvider({ clientConfig: { region } });
  return async (options) => {
    try {
      return await chain(options);
    } catch (error) {
      throw new NoCredentials(error);
    }
  };
}

/**
 * The credentials that URLs are signed with: signing waits for nothing, so they are kept, and renewed at half of the
 * life that they have left. A URL then lives for about half of theirs at least, or for as long as is configured.
 */
export class SigningCredentials {
  readonly #provider: CredentialProvider;
  #current: S3Credentials | undefined;
  #failure: unknown;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param configured are there from the start. */
  constructor(provider: CredentialProvider, configured?: S3Credentials) {
    this.#provider = provider;
    this.#current = configured;
  }

  /** Resolves when there are credentials. */
  async load(): Promise<void> {
    if (this.#current === undefined) await this.#renew();
  }

  /** The same object until others take their place. @throws NoCredentials where there are none that are valid. */
  current(nowMs = Date.now()): S3Credentials {
    const current = this.#current;
    if (current !== undefined && nowMs < (current.expiration?.getTime() ?? Infinity)) return current;
    throw new NoCredentials(this.#failure);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #renew(): Promise<void> {
    const renewed = await this.#provider({ forceRefresh: this.#current !== undefined });
    if (!areSame(renewed, this.#current)) this.#current = renewed;
    this.#failure = undefined;
    if (renewed.expiration !== undefined) {
      const leftMs = renewed.expiration.getTime() - Date.now();
      this.#renewIn(Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, leftMs / 2)));
    }
  }

  #renewIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const renew = (): void => {
      this.#renew().catch((error: unknown) => {
        // The present ones are used until they expire; signing after that fails with this reason.
        this.#failure = error;
        this.#renewIn(RETRY_MS);
      });
    };
    this.#timer = setTimeout(renew, ms).unref();
  }
}

/** Instances are given the same ones again and again, until shortly before they expire. */
const areSame = (a: S3Credentials, b: S3Credentials | undefined): boolean =>
  a.accessKeyId === b?.accessKeyId &&
  a.secretAccessKey === b.secretAccessKey &&
  a.sessionToken === b.sessionToken &&
  a.expiration?.getTime() === b.expiration?.getTime();
