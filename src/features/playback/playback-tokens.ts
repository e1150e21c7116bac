import type { Authentication } from '../../http/access-check.ts';
import { AppError } from '../../shared/errors.ts';
import { ANYBODY, isScope, type Principal, toPrincipal } from '../../shared/principal.ts';
import { SecretBox } from '../../shared/secret-box.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** The thing that a token lets play, with its renditions. */
export type Playable = { readonly flowId: string } | { readonly sourceId: string };

interface Grant {
  readonly playable: Playable;
  readonly principal: Principal;
  /** Stands for its credential; undefined where an identity provider keeps that. */
  readonly mark: string | undefined;
  /** Unix seconds. */
  readonly expires: number;
}

/** In the order of the sealed list. */
type Sealed = [
  id: string,
  kind: 'f' | 's',
  name: string,
  scopes: string[],
  classes: string[] | null,
  mark: string | null,
  expires: number,
];

const TOKEN_MAX_LENGTH = 4096;

/** Tokens in URLs for players that send no headers (docs/adr/0035-playback.md). */
export class PlaybackTokens {
  readonly #box: SecretBox;
  readonly #store: Pick<VastStore, 'flows' | 'collections'>;
  readonly #authenticator: Authentication['authenticator'] | undefined;

  /** @param authentication undefined: everybody may do everything */
  constructor(
    secret: string,
    store: Pick<VastStore, 'flows' | 'collections'>,
    authentication: Authentication | undefined,
  ) {
    this.#box = new SecretBox(secret, 'playback');
    this.#store = store;
    this.#authenticator = authentication?.authenticator;
  }

  /** @param expires Unix seconds @throws AppError invalid_request where the token would be too long for a URL */
  make(playable: Playable, principal: Principal, expires: number): string {
    const { name, scopes, classes } = principal;
    const [id, kind] = 'flowId' in playable ? [playable.flowId, 'f' as const] : [playable.sourceId, 's' as const];
    const sealed: Sealed = [
      id,
      kind,
      name,
      [...scopes],
      classes === undefined ? null : [...classes],
      // One that was made for anybody is good for nobody once there is authentication.
      this.#authenticator === undefined ? '' : (this.#authenticator.markOf(principal) ?? null),
      expires,
    ];
    const token = this.#box.seal(JSON.stringify(sealed));
    if (token.length <= TOKEN_MAX_LENGTH) return token;
    throw new AppError(
      'invalid_request',
      'Your name and classes are too long for a URL; make it as a principal that has fewer classes',
    );
  }

  /** The principal of a token, with the rights that it has now. @throws AppError invalid_signature */
  async admit(token: string): Promise<Principal> {
    const grant = this.#open(token);
    if (grant === undefined) throw refused('was altered, or its key is another now; ask for a new one');
    if (grant.expires < Date.now() / 1000) throw refused('has expired; ask for a new one');
    const principal =
      this.#authenticator === undefined ? ANYBODY : await this.#authenticator.present(grant.principal, grant.mark);
    if (principal?.scopes.includes('read') !== true)
      throw refused('is of a credential that was replaced, or may not read any more');
    return principal;
  }

  /** For a token that was admitted. @throws AppError invalid_signature where it is for something else */
  async mustCover(token: string, asked: Playable): Promise<void> {
    const granted = this.#open(token)?.playable;
    if (granted === undefined || !(await this.#covers(granted, asked))) throw refused('is for another flow or source');
  }

  #open(token: string): Grant | undefined {
    if (token.length > TOKEN_MAX_LENGTH) return undefined;
    let text: string;
    try {
      text = this.#box.open(token);
    } catch {
      return undefined;
    }
    // This server has sealed it: nobody else could.
    const [id, kind, name, scopes, classes, mark, expires] = JSON.parse(text) as Sealed;
    const principal = toPrincipal({ name, scopes: scopes.filter(isScope), classes: classes ?? undefined });
    return { playable: kind === 'f' ? { flowId: id } : { sourceId: id }, principal, mark: mark ?? undefined, expires };
  }

  /** Flows of a source, and what they collect, are its renditions; and so is what a flow collects. Three queries at most. */
  async #covers(granted: Playable, asked: Playable): Promise<boolean> {
    if ('sourceId' in asked) return 'sourceId' in granted && granted.sourceId === asked.sourceId;
    const { flowId } = asked;
    if ('flowId' in granted && granted.flowId === flowId) return true;
    const collectors = (await this.#store.collections.collectorsOf([flowId])).map((edge) => edge.flowId);
    if ('flowId' in granted) return collectors.includes(granted.flowId);
    const sources = await this.#store.flows.sourcesOf([flowId, ...collectors]);
    return [...sources.values()].includes(granted.sourceId);
  }
}

const refused = (why: string): AppError => new AppError('invalid_signature', `The playback URL ${why}.`);
