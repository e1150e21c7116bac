import { computed, signal } from '@preact/signals';
import { serverRoot } from '../address.ts';
import { reach } from './connection.ts';
import { ApiError } from './errors.ts';
import type { paths } from './schema.d.ts';

export type Access = paths['/auth']['get']['responses'][200]['content']['application/json'];
export type Scope = NonNullable<Access['principal']>['scopes'][number];

const KEY = 'tams-credential';

/**
 * The header that requests carry, for this tab and its life only: it is never in a URL, and never in local storage
 * (docs/adr/0036-web-page.md).
 */
export const credential = signal<string | undefined>(sessionStorage.getItem(KEY) ?? undefined);

/** How one signs in here, and who this tab is; undefined until the server has told. */
export const access = signal<Access | undefined>(undefined);

/** Why one has to sign in again; undefined: nothing happened. */
export const refusal = signal<string | undefined>(undefined);

/** Whether the server wants to know who this is before it shows anything. */
export const mustSignIn = computed(() => access.value !== undefined && access.value.principal === undefined);

/** Whether the principal may do what needs the scope: what it may not, pages do not offer. */
export const may = (scope: Scope): boolean => access.value?.principal?.scopes.includes(scope) === true;

/** Asks the server who the tab's credential is. @throws ApiError | LostServerError */
export async function loadSession(): Promise<void> {
  try {
    access.value = await ask(credential.value);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    endSession(error.message);
    access.value = await ask(undefined);
  }
}

/**
 * Takes a credential on, if the server does.
 *
 * @param header for `Authorization`
 * @throws ApiError with the reason of a refusal | LostServerError
 */
export async function signIn(header: string): Promise<void> {
  const answer = await ask(header);
  sessionStorage.setItem(KEY, header);
  credential.value = header;
  refusal.value = undefined;
  access.value = answer;
}

/** Forgets who this is; where the server takes anybody, nothing changes. */
export function endSession(reason?: string): void {
  sessionStorage.removeItem(KEY);
  credential.value = undefined;
  refusal.value = reason;
  if (access.value !== undefined && access.value.modes.length > 0) {
    access.value = { ...access.value, principal: undefined };
  }
}

async function ask(header: string | undefined): Promise<Access> {
  const headers: HeadersInit = header === undefined ? {} : { authorization: header };
  const response = await reach(new Request(`${serverRoot}auth`, { headers, credentials: 'omit', cache: 'no-store' }));
  if (!response.ok) throw await ApiError.from(response);
  return (await response.json()) as Access;
}
