import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Operator } from '../../management.ts';
import type { ApiToken, User } from '../credentials.ts';
import { AdminError, TokenAdmin, UserAdmin } from '../credential-admin.ts';
import { listText, print, printTable } from '../../../shared/print.ts';
import { AUDIT_EVENTS, type AuditEvent, type AuditRecord } from '../audit.ts';
import { AuthStore } from '../auth-store.ts';
import { AUTH_TABLES } from '../auth-tables.ts';
import { isScope, type Scope, SCOPES } from '../../../shared/principal.ts';

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
        if (json === true) for (const user of all) print(JSON.stringify(shownUser(user)));
        else printTable(['NAME', 'STATUS', 'SCOPES', 'CLASSES', 'UPDATED'], all.map(userLine));
      }),
    );
  users
    .command('show')
    .argument(NAME)
    .description('show a user')
    .action((name: string) =>
      withUsers(async (admin) => print(JSON.stringify(shownUser(await admin.show(name)), null, 2))),
    );
  return users;
}

function shownUser({ passwordHash: _, ...user }: User): Omit<User, 'passwordHash'> {
  return user;
}

const userLine = ({ name, status, scopes, classes, updated }: User): string[] => [
  name,
  status,
  scopes.join(','),
  listText(classes),
  updated,
];

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
        if (json === true) for (const token of all) print(JSON.stringify(shownToken(token)));
        else printTable(['NAME', 'ID', 'SCOPES', 'CLASSES', 'CREATED'], all.map(tokenLine));
      }),
    );
  return tokens;
}

function shownToken({ hash: _, ...token }: ApiToken): Omit<ApiToken, 'hash'> {
  return token;
}

const tokenLine = ({ name, id, scopes, classes, created }: ApiToken): string[] => [
  name,
  id,
  scopes.join(','),
  listText(classes),
  created,
];

interface AuditOptions {
  readonly event?: AuditEvent;
  readonly principal?: string;
  readonly since?: number;
  readonly limit: number;
  readonly json?: boolean;
}

/** `mgmt audit`: the audit log. */
export function auditCommand(operator: Operator): Command {
  return new Command('audit')
    .description('the audit log, newest first: logins, denials and administration')
    .addOption(new Option('--event <event>', 'only this event').choices(AUDIT_EVENTS))
    .option('--principal <name>', 'only what concerns this principal')
    .option('--since <time>', 'only what happened since, such as 2026-07-01 or 2026-07-01T12:00:00Z', parseTime)
    .option('--limit <count>', 'entries at most', parseCount, 100)
    .option('--json', 'one JSON object a line')
    .action(async ({ since: sinceMs, json, ...filter }: AuditOptions) => {
      const records = await onAuthStore(operator, (store) => store.audit({ ...filter, sinceMs }));
      if (json === true) for (const record of records) print(JSON.stringify(shownEntry(record)));
      else
        printTable(
          ['TIME', 'EVENT', 'PRINCIPAL', 'SCHEME', 'ADDRESS', 'TIMES', 'ACTION', 'DETAIL'],
          records.map(entryLine),
        );
    });
}

function parseTime(text: string): number {
  const ms = Date.parse(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(ms)) throw new InvalidArgumentError('Not a date or a time.');
  return ms;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Not a whole number from 1 to 999999.');
  return Number(text);
}

const timeOf = ({ atMs }: AuditRecord): string => new Date(atMs).toISOString();

function shownEntry(record: AuditRecord): Record<string, unknown> {
  const { atMs: _, requestId, ...rest } = record;
  return { time: timeOf(record), ...rest, request_id: requestId };
}

const entryLine = (record: AuditRecord): string[] => [
  timeOf(record),
  record.event,
  record.principal ?? '-',
  record.scheme ?? '-',
  record.address ?? '-',
  String(record.count),
  record.action ?? '-',
  record.detail ?? '-',
];

/** Runs `work` on the users, tokens and audit log of the configured server, which may be running. */
const onAuthStore = <T>(operator: Operator, work: (store: AuthStore) => Promise<T>): Promise<T> =>
  operator.withTablesOf(AUTH_TABLES, (manager) => work(new AuthStore(manager)));

/** The operator in the audit log: the user of the operating system. */
function operatorName(): string {
  try {
    return `os:${userInfo().username}`;
  } catch {
    // Containers run under ids that have no name.
    return `os:${process.getuid?.() ?? 'unknown'}`;
  }
}

interface GrantOptions {
  readonly scopes: readonly Scope[];
  readonly classes?: readonly string[];
}

/** The options by which an operator says what a user or a token may do. */
const scopesOption = (): Option =>
  new Option('--scopes <list>', `the rights: a comma-separated list of ${SCOPES.join(', ')}; admin includes the others`)
    .argParser(parseScopes)
    .makeOptionMandatory();

const classesOption = (): Option =>
  new Option(
    '--classes <list>',
    'auth_classes that may be used, comma-separated, `news:read` for one right alone; by default all',
  ).argParser(parseList);

function parseScopes(text: string): Scope[] {
  const names = parseList(text);
  const scopes = names.filter(isScope);
  if (scopes.length !== names.length) throw new InvalidArgumentError(`Scopes are ${SCOPES.join(', ')}.`);
  return [...new Set(scopes)];
}

function parseList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) throw new InvalidArgumentError('An item of the list is empty.');
  return items;
}

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
