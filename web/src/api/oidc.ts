import { addressOf } from '../address.ts';
import { signIn as texts } from '../texts/sign-in.ts';
import { signIn } from './session.ts';

/** The provider, as the server tells of it. */
export interface Provider {
  readonly issuer: string;
  readonly client_id: string;
  /** Scopes to ask for, with spaces between them. */
  readonly scope: string;
}

/** Kept for the tab while it is at the provider. */
interface Pending {
  readonly state: string;
  readonly verifier: string;
  readonly provider: Provider;
  /** The address to go back to. */
  readonly from: string;
}

const KEY = 'tams-pending-sign-in';

const redirectUri = (): string => new URL(addressOf('sign-in'), location.origin).href;

/** Leaves for the provider: authorization code with PKCE (RFC 7636), and a state that only this tab knows. */
export async function leaveForProvider(provider: Provider): Promise<void> {
  // Browsers have no digests elsewhere.
  if (!isSecureContext) throw new Error(texts.needsHttps);
  const { authorization_endpoint: endpoint } = await discover(provider.issuer);
  const verifier = random();
  const state = random();
  const pending: Pending = { state, verifier, provider, from: location.pathname + location.search };
  sessionStorage.setItem(KEY, JSON.stringify(pending));
  const url = new URL(endpoint);
  const query = {
    response_type: 'code',
    client_id: provider.client_id,
    redirect_uri: redirectUri(),
    scope: provider.scope,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  location.assign(url);
}

/**
 * Ends what `leaveForProvider` began, where the address has the provider's answer, and takes the answer out of it.
 *
 * @returns the address to go to; undefined: the address has no answer
 * @throws Error that says what the provider, or the server, objects to
 */
export async function returnFromProvider(): Promise<string | undefined> {
  const answer = new URLSearchParams(location.search);
  const state = answer.get('state');
  if (state === null) return undefined;
  history.replaceState(null, '', location.pathname);
  const pending = takePending();
  if (pending?.state !== state) throw new Error(texts.unasked);
  const error = answer.get('error_description') ?? answer.get('error');
  if (error !== null) throw new Error(texts.refused(error));
  const { issuer } = pending.provider;
  const named = answer.get('iss');
  // Another provider's answer must not be taken for this one's (RFC 9207).
  if (named !== null && named !== issuer) throw new Error(texts.unasked);
  await signIn(`Bearer ${await tokenFor(answer.get('code') ?? '', pending)}`);
  return pending.from;
}

function takePending(): Pending | undefined {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return kept === null ? undefined : (JSON.parse(kept) as Pending);
}

async function tokenFor(code: string, { verifier, provider }: Pending): Promise<string> {
  const { token_endpoint: endpoint } = await discover(provider.issuer);
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri(),
    client_id: provider.client_id,
    code_verifier: verifier,
  });
  const answer = await askProvider(endpoint, { method: 'POST', body });
  const { access_token: token } = answer;
  if (typeof token !== 'string') throw new Error(texts.refused(reasonOf(answer)));
  return token;
}

const reasonOf = ({ error_description: description, error }: Record<string, unknown>): string =>
  [description, error].find((each) => typeof each === 'string') ?? texts.noToken;

/** The provider's endpoints (OpenID Connect Discovery 1.0). */
async function discover(issuer: string): Promise<{ authorization_endpoint: string; token_endpoint: string }> {
  const found = await askProvider(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {});
  const { authorization_endpoint, token_endpoint } = found;
  if (typeof authorization_endpoint !== 'string' || typeof token_endpoint !== 'string' || found['issuer'] !== issuer) {
    throw new Error(texts.noProvider(issuer));
  }
  return { authorization_endpoint, token_endpoint };
}

async function askProvider(url: string, init: RequestInit): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(url, { ...init, credentials: 'omit' });
    return (await response.json()) as Record<string, unknown>;
  } catch (error) {
    throw new Error(texts.noProvider(new URL(url).origin), { cause: error });
  }
}

/** 256 random bits, as text that needs no escaping. */
const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

const challengeOf = async (verifier: string): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
