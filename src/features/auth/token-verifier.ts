import { timingSafeEqual } from 'node:crypto';
import type { Principal } from '../../shared/principal.ts';
import { toPrincipal } from '../../shared/principal.ts';
import { credentialMark, type FileToken, hashToken, tokenId } from './credentials.ts';
import type { CredentialDirectory } from './credential-directory.ts';
import { LoginFailure, type Verified } from './verification.ts';

/** Verifies bearer tokens of the table and of AUTH_TOKENS_FILE. */
export class TokenVerifier {
  readonly #directory: CredentialDirectory;
  readonly #fileTokens: readonly { readonly hash: Buffer; readonly principal: Principal; readonly mark: string }[];

  constructor(directory: CredentialDirectory, fileTokens: readonly FileToken[]) {
    this.#directory = directory;
    this.#fileTokens = fileTokens.map((token) => ({
      hash: Buffer.from(token.hash),
      principal: toPrincipal(token),
      mark: credentialMark(token),
    }));
  }

  /** @throws LoginFailure for a token that is not known */
  async verify(text: string): Promise<Verified> {
    const hash = Buffer.from(hashToken(text));
    const scheme = 'token';
    // Compares with all of them, so that the time reveals nothing.
    let found: { readonly principal: Principal; readonly mark: string } | undefined;
    for (const token of this.#fileTokens) if (timingSafeEqual(token.hash, hash)) found = token;
    if (found !== undefined) return { principal: found.principal, scheme, mark: found.mark };

    const id = tokenId(text);
    if (id !== undefined) {
      await this.#directory.refresh();
      const row = this.#directory.token(id);
      if (row !== undefined) {
        if (timingSafeEqual(Buffer.from(row.hash), hash)) {
          return { principal: toPrincipal(row), scheme, row, mark: credentialMark(row) };
        }
        throw new LoginFailure(scheme, 'The token is not valid', { principal: row.name });
      }
    }
    throw new LoginFailure(scheme, 'The token is not valid');
  }
}
