import { readFile } from 'node:fs/promises';

/** How a client shows who it is (TAMS 7.0, `securitySchemes`). */
export type Credentials =
  | { readonly scheme: 'none' }
  | { readonly scheme: 'bearer' | 'url_token'; readonly token: string }
  | { readonly scheme: 'basic'; readonly user: string; readonly password: string };

export interface CredentialOptions {
  readonly tokenFile?: string;
  readonly urlToken?: boolean;
  readonly user?: string;
}

/**
 * The credentials of a command: a token of the file or of TAMS_TOKEN, or the named user with TAMS_PASSWORD. They are
 * never arguments, which every user of the machine can see.
 */
export async function readCredentials(options: CredentialOptions, env: NodeJS.ProcessEnv): Promise<Credentials> {
  const { tokenFile, urlToken = false, user } = options;
  if (user !== undefined) {
    const password = env['TAMS_PASSWORD'];
    if (password === undefined || password === '') throw new Error('--user needs the password in TAMS_PASSWORD.');
    return { scheme: 'basic', user, password };
  }
  const token = tokenFile === undefined ? (env['TAMS_TOKEN'] ?? '') : (await readFile(tokenFile, 'utf8')).trim();
  if (token === '') {
    if (tokenFile !== undefined) throw new Error(`--token-file: ${tokenFile} is empty.`);
    if (urlToken) throw new Error('--url-token needs a token: give --token-file or set TAMS_TOKEN.');
    return { scheme: 'none' };
  }
  return { scheme: urlToken ? 'url_token' : 'bearer', token };
}

/** The headers that carry the credentials. */
export function authorization(credentials: Credentials): Record<string, string> {
  switch (credentials.scheme) {
    case 'bearer':
      return { authorization: `Bearer ${credentials.token}` };
    case 'basic': {
      const pair = Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64');
      return { authorization: `Basic ${pair}` };
    }
    default:
      return {};
  }
}
