import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import type { Operator } from '../../management.ts';
import type { User } from '../credentials.ts';
import { AdminError, UserAdmin } from '../credential-admin.ts';
import { classesOption, type GrantOptions, onAuthStore, operatorName, scopesOption } from './on-auth-store.ts';
import { listText, print, printTable } from '../../../shared/print.ts';

const NAME = '<name>';
const PASSWORD_HINT =
  '\nThe password is asked for, or read from the standard input. A running server knows within 2 seconds.';

/** `mgmt users`: who signs in with a name and a password (AUTH_MODE=basic). */
export function usersCommand(operator: Operator): Command {
  const withUsers = (work: (admin: UserAdmin) => Promise<void>): Promise<void> =>
    onAuthStore(operator, (store) => work(new UserAdmin(store, operatorName())));
  const users = new Command('users').description('users, who sign in with a password (AUTH_MODE=basic)');
  users
    .command('add')
    .argument(NAME)
    .description('add a user')
    .addOption(scopesOption())
    .addOption(classesOption())
    .addHelpText('after', PASSWORD_HINT)
    .action(async (name: string, { scopes, classes }: GrantOptions) => {
      const password = await readNewPassword();
      await withUsers((admin) => admin.add({ name, scopes, classes }, password));
    });
  users
    .command('remove')
    .argument(NAME)
    .description('remove a user')
    .action((name: string) => withUsers((admin) => admin.remove(name)));
  users
    .command('change-password')
    .argument(NAME)
    .description('give a user another password')
    .addHelpText('after', PASSWORD_HINT)
    .action(async (name: string) => {
      const password = await readNewPassword();
      await withUsers((admin) => admin.changePassword(name, password));
    });
  users
    .command('suspend')
    .argument(NAME)
    .description('refuse a user until it is activated again')
    .action((name: string) => withUsers((admin) => admin.setStatus(name, 'suspended')));
  users
    .command('activate')
    .argument(NAME)
    .description('admit a suspended user again')
    .action((name: string) => withUsers((admin) => admin.setStatus(name, 'active')));
  users
    .command('list')
    .description('list all users')
    .option('--json', 'one JSON object a line')
    .action(({ json }: { json?: boolean }) =>
      withUsers(async (admin) => {
        const all = await admin.list();
        if (json === true) for (const user of all) print(JSON.stringify(shown(user)));
        else printTable(['NAME', 'STATUS', 'SCOPES', 'CLASSES', 'UPDATED'], all.map(toLine));
      }),
    );
  users
    .command('show')
    .argument(NAME)
    .description('show a user')
    .action((name: string) =>
      withUsers(async (admin) => print(JSON.stringify(shown(await admin.show(name)), null, 2))),
    );
  return users;
}

function shown({ passwordHash: _, ...user }: User): Omit<User, 'passwordHash'> {
  return user;
}

const toLine = ({ name, status, scopes, classes, updated }: User): string[] => [
  name,
  status,
  scopes.join(','),
  listText(classes),
  updated,
];

/**
 * A new password: asked for twice, without showing it, at a terminal; else the standard input. Never
 * an argument, which every user of the machine can see, and shells remember.
 */
async function readNewPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, '');
  const password = await ask('Password: ');
  if ((await ask('Again: ')) !== password) throw new AdminError('The two passwords differ.');
  return password;
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  // The echo of typed characters goes to this output, which discards it.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  try {
    terminal.once('SIGINT', () => process.exit(130));
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
