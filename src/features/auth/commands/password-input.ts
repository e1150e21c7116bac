import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { AdminError } from '../user-admin.ts';

/**
 * A new password: asked for twice, without showing it, at a terminal; else the standard input. Never
 * an argument, which every user of the machine can see, and shells remember.
 */
export async function readNewPassword(): Promise<string> {
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
