import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

const CLIENT = 'tams-page';

/**
 * An OpenID Connect provider with one public client, whose user consents at once: discovery, authorization code with PKCE
 * (RFC 6749, RFC 7636), keys. It signs with a key of its own.
 */
export class OpenIdProvider {
  readonly #key: CryptoKey;
  readonly #published: JWK;
  readonly #codes = new Map<string, { challenge: string; redirectUri: string }>();
  readonly #server = createServer((request, response) => {
    // Pages of other origins ask for tokens.
    response.setHeader('access-control-allow-origin', '*');
    void this.#answer(request, response);
  });
  /** Codes that were redeemed. */
  redeemed = 0;

  private constructor(key: CryptoKey, published: JWK) {
    this.#key = key;
    this.#published = published;
  }

  static async start(): Promise<OpenIdProvider> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const provider = new OpenIdProvider(privateKey, { ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256' });
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      provider.#server.close();
      provider.#server.closeAllConnections();
    });
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get env(): Record<string, string> {
    return {
      AUTH_JWKS_URL: `${this.issuer}/keys`,
      AUTH_ISSUER: this.issuer,
      AUTH_AUDIENCE: CLIENT,
      AUTH_OIDC_CLIENT_ID: CLIENT,
      AUTH_OIDC_SCOPE: 'openid tams:read',
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.issuer);
    const { issuer } = this;
    const json = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (pathname === '/.well-known/openid-configuration') {
      json(200, { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` });
    } else if (pathname === '/keys') json(200, { keys: [this.#published] });
    else if (pathname === '/authorize') response.writeHead(302, { location: this.#authorize(searchParams) }).end();
    else if (pathname === '/token') {
      const token = await this.#redeem(new URLSearchParams(await text(request)));
      if (token === undefined) json(400, { error: 'invalid_grant' });
      else json(200, { access_token: token, token_type: 'Bearer', expires_in: 300 });
    } else json(404, {});
  }

  #authorize(query: URLSearchParams): string {
    const redirectUri = query.get('redirect_uri') ?? '';
    const back = new URL(redirectUri);
    back.searchParams.set('state', query.get('state') ?? '');
    const isAsked = query.get('client_id') === CLIENT && query.get('code_challenge_method') === 'S256';
    if (!isAsked || query.get('scope') !== 'openid tams:read') back.searchParams.set('error', 'invalid_request');
    else {
      const code = randomUUID();
      this.#codes.set(code, { challenge: query.get('code_challenge') ?? '', redirectUri });
      back.searchParams.set('code', code);
      back.searchParams.set('iss', this.issuer);
    }
    return back.href;
  }

  async #redeem(form: URLSearchParams): Promise<string | undefined> {
    const code = form.get('code') ?? '';
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (asked?.challenge !== challenge || asked.redirectUri !== form.get('redirect_uri')) return undefined;
    this.redeemed++;
    return new SignJWT({ scope: 'tams:read', sub: 'olga', iss: this.issuer, aud: CLIENT })
      .setProtectedHeader({ alg: 'ES256', kid: '1' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(this.#key);
  }
}
