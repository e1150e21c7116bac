import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CredentialOptions, readCredentials } from './credentials.ts';
import { TamsClient } from './tams-client.ts';

export interface ClientOptions extends CredentialOptions {
  readonly url: string;
}

/** Adds the options by which an operator says which server to talk to, and as whom. */
export function withClientOptions(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'address of the API').default('http://127.0.0.1:8000').env('TAMS_URL'))
    .option('--token-file <file>', 'file with a bearer token; else the token is that of TAMS_TOKEN, if it is set')
    .option('--url-token', 'send the token in the query (access_token) instead of a header')
    .option('--user <name>', 'sign in as this user, with the password in TAMS_PASSWORD');
}

export async function openClient(options: ClientOptions): Promise<TamsClient> {
  return new TamsClient(options.url, await readCredentials(options, process.env));
}

/** `--parallel`: how many transfers run at a time. */
export const parallelOption = (what: string): Option =>
  new Option('--parallel <count>', `${what} at a time`).default(4).argParser((text) => {
    if (!/^([1-9]|[1-5]\d|6[0-4])$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 64.');
    return Number(text);
  });

/** As ids of flows and sources are (TAMS 7.0, `schemas/uuid.json`). */
export function parseUuid(text: string): string {
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text)) return text;
  throw new InvalidArgumentError('Not a UUID in lower case, of version 1 to 5.');
}
