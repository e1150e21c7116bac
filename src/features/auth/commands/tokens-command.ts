import { Command } from 'commander';
import type { Operator } from '../../management.ts';
import type { ApiToken } from '../credentials.ts';
import { TokenAdmin } from '../credential-admin.ts';
import { classesOption, type GrantOptions, onAuthStore, operatorName, scopesOption } from './on-auth-store.ts';
import { listText, print, printTable } from '../../../shared/print.ts';

/** `mgmt tokens`: bearer tokens for programs (AUTH_MODE=token or url_token). */
export function tokensCommand(operator: Operator): Command {
  const withTokens = (work: (admin: TokenAdmin) => Promise<void>): Promise<void> =>
    onAuthStore(operator, (store) => work(new TokenAdmin(store, operatorName())));
  const tokens = new Command('tokens').description('tokens of programs (AUTH_MODE=token or url_token)');
  tokens
    .command('add')
    .argument('<name>')
    .description('make a token and print it; it cannot be shown again')
    .addOption(scopesOption())
    .addOption(classesOption())
    .action((name: string, { scopes, classes }: GrantOptions) =>
      withTokens(async (admin) => print(await admin.add({ name, scopes, classes }))),
    );
  tokens
    .command('remove')
    .argument('<name>')
    .description('remove a token; a running server refuses it within 2 seconds')
    .action((name: string) => withTokens((admin) => admin.remove(name)));
  tokens
    .command('list')
    .description('list all tokens, without their secrets')
    .option('--json', 'one JSON object a line')
    .action(({ json }: { json?: boolean }) =>
      withTokens(async (admin) => {
        const all = await admin.list();
        if (json === true) for (const token of all) print(JSON.stringify(shown(token)));
        else printTable(['NAME', 'ID', 'SCOPES', 'CLASSES', 'CREATED'], all.map(toLine));
      }),
    );
  return tokens;
}

function shown({ hash: _, ...token }: ApiToken): Omit<ApiToken, 'hash'> {
  return token;
}

const toLine = ({ name, id, scopes, classes, created }: ApiToken): string[] => [
  name,
  id,
  scopes.join(','),
  listText(classes),
  created,
];
