import type { StoreTransaction, VastStore } from '../vast-store.ts';
import type { Candidate } from './segment-objects.ts';
import type { AppError } from '../../shared/errors.ts';

/** A refused segment: its place in the request, and the error. */
export interface Refusal {
  readonly index: number;
  readonly error: AppError;
}

/** A request's segments for one flow, checked without the store. */
export interface Registration {
  readonly flowId: string;
  readonly candidates: readonly Candidate[];
  /** Those that are no candidates. */
  readonly malformed: readonly Refusal[];
  /** The ids of all objects that the candidates name. */
  readonly objectIds: readonly string[];
  readonly fitRanges: boolean;
}

/** For each registration its refusals, or the AppError for all of it; then it has written nothing. */
export type Outcomes = readonly PromiseSettledResult<Refusal[]>[];

type Register = (tx: StoreTransaction, registrations: readonly Registration[]) => Promise<Outcomes>;

interface Waiting {
  readonly registration: Registration;
  readonly resolve: (refusals: Refusal[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** The most segments of registrations that share a transaction: larger ones are as quick alone. */
const TOGETHER_MAX = 256;

/**
 * Registrations of one view. Those that wait for the same transaction are read, checked and written together, which takes
 * a part of the statements (docs/adr/0042-request-path.md). Each succeeds or fails alone: where anything throws, each gets a
 * transaction of its own.
 */
export class RegistrationQueue {
  readonly #store: VastStore;
  readonly #register: Register;
  /** Those whose transaction has not begun: others may join them. */
  #waiting: Waiting[] | undefined;
  #segments = 0;

  constructor(store: VastStore, register: Register) {
    this.#store = store;
    this.#register = register;
  }

  /** Resolves when the registration is durable. */
  add(registration: Registration): Promise<Refusal[]> {
    if (!this.#store.isShareable) return this.#alone(registration);
    return new Promise((resolve, reject) => {
      const waiting = { registration, resolve, reject };
      const segments = Math.max(registration.candidates.length, 1);
      this.#segments += segments;
      if (this.#waiting !== undefined && this.#segments <= TOGETHER_MAX) {
        this.#waiting.push(waiting);
        return;
      }
      this.#segments = segments;
      this.#waiting = [waiting];
      void this.#run(this.#waiting);
    });
  }

  /** Sees to it that each is answered, and never throws. */
  async #run(all: readonly Waiting[]): Promise<void> {
    // TypeScript does not see that the work below sets it.
    let isRegistering = false as boolean;
    const close = (): void => {
      if (this.#waiting === all) this.#waiting = undefined;
    };
    try {
      const outcomes = await this.#store.transaction(async (tx) => {
        close();
        const registrations = all.map(({ registration }) => registration);
        isRegistering = true;
        const registered = await this.#register(tx, registrations);
        // Throws for one that is refused: there is nothing to commit.
        if (registered.length === 1) onlyOf(registered);
        isRegistering = false;
        return registered;
      });
      for (const [index, { resolve, reject }] of all.entries()) {
        const outcome = outcomes[index];
        if (outcome?.status === 'fulfilled') resolve(outcome.value);
        else reject(outcome?.reason);
      }
    } catch (error) {
      close();
      for (const { registration, resolve, reject } of all) {
        if (isRegistering && all.length > 1) this.#alone(registration).then(resolve, reject);
        else reject(error);
      }
    }
  }

  async #alone(registration: Registration): Promise<Refusal[]> {
    return this.#store.transaction(async (tx) => onlyOf(await this.#register(tx, [registration])));
  }
}

/** The refusals of a registration that was alone. */
export function onlyOf([outcome]: Outcomes): Refusal[] {
  if (outcome?.status === 'fulfilled') return outcome.value;
  throw outcome?.reason;
}
