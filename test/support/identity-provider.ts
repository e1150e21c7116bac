import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

interface Key {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly published: JWK;
}

export const AUDIENCE = 'https://tams.example';

/** An identity provider: it publishes its keys over HTTP and signs JWTs with the newest of them. */
export class IdentityProvider {
  readonly issuer: string;
  /** How often the keys were asked for. */
  fetches = 0;
  /** Answers 503 instead of keys. */
  isDown = false;
  #keys: Key[] = [];
  #count = 0;
  readonly #server = createServer((_request, response) => {
    this.fetches++;
    response.writeHead(this.isDown ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: this.#keys.map((key) => key.published) }));
  });

  private constructor(issuer: string) {
    this.issuer = issuer;
  }

  static async start(issuer = 'https://identity.example/realm'): Promise<IdentityProvider> {
    const provider = new IdentityProvider(issuer);
    await provider.addKey();
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  /** For a server: what AUTH_MODE=jwt needs. */
  get env(): Record<string, string> {
    return { AUTH_MODE: 'jwt', AUTH_JWKS_URL: this.url, AUTH_ISSUER: this.issuer, AUTH_AUDIENCE: AUDIENCE };
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`;
  }

  async addKey(algorithm = 'ES256'): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const id = `key-${++this.#count}`;
    const published = { ...(await exportJWK(publicKey)), kid: id, alg: algorithm, use: 'sig' };
    this.#keys.push({ id, algorithm, privateKey, published });
  }

  /** Replaces all keys by a new one. */
  async rotate(): Promise<void> {
    this.#keys = [];
    await this.addKey();
  }

  get publicKey(): JWK {
    return this.#newest.published;
  }

  /** A token that is valid for five minutes, unless the claims say otherwise; null leaves a claim out. */
  async token(claims: Record<string, unknown> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all: Record<string, unknown> = {
      sub: 'alice',
      iss: this.issuer,
      aud: AUDIENCE,
      iat: now,
      exp: now + 300,
      ...claims,
    };
    const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as JWTPayload;
    const { id, algorithm, privateKey } = this.#newest;
    return new SignJWT(payload).setProtectedHeader({ alg: algorithm, kid: id, typ: 'at+jwt' }).sign(privateKey);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get #newest(): Key {
    const key = this.#keys.at(-1);
    if (key === undefined) throw new Error('there is no key');
    return key;
  }
}

/** A JWT of any header and claims with any signature: what somebody would try who has no key. */
export function forged(
  header: object,
  claims: object,
  sign: (input: string) => Buffer = () => Buffer.alloc(0),
): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign(input).toString('base64url')}`;
}
