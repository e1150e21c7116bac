import { type Command, Option } from 'commander';
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
