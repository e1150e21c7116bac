import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallOptions, CallResult } from '../../../support/http-client.ts';
import { call } from '../../../support/http-client.ts';

/** Sends a request with a bearer token. */
export function bearer(
  baseUrl: string,
  token: string,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<CallResult> {
  return call(baseUrl, method, path, { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } });
}

/** Sends a request with a user name and a password. */
export function basic(
  baseUrl: string,
  user: string,
  password: string,
  method = 'GET',
  path = '/service',
): Promise<CallResult> {
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return call(baseUrl, method, path, { headers: { authorization: `Basic ${credentials}` } });
}

/** The code and the status of an error. */
export const refusalOf = ({ status, json }: CallResult): [number, string | undefined] => [
  status,
  (json as { type?: string } | undefined)?.type,
];

/** Writes a file for AUTH_TOKENS_FILE. */
export function tokensFile(folder: string, tokens: unknown): string {
  const path = join(folder, 'tokens.json');
  writeFileSync(path, typeof tokens === 'string' ? tokens : JSON.stringify(tokens));
  return path;
}
