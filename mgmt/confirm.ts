import { createInterface } from 'node:readline/promises';

export interface Confirmation {
  /** `--yes`: do not ask. */
  readonly yes?: boolean;
}

/**
 * Asks at the terminal before something is lost.
 *
 * @param consequence what is lost, as a sentence.
 * @param answer what has to be typed.
 * @throws unless it was typed; where there is no terminal to ask at, the message names `--yes`.
 */
export async function confirm(consequence: string, { yes }: Confirmation, answer = 'yes'): Promise<void> {
  if (yes === true) return;
  if (!process.stdin.isTTY) throw new Error(`${consequence} Nothing was done: add --yes to do it without being asked.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    terminal.once('SIGINT', () => process.exit(130));
    const typed = await terminal.question(`${consequence}\nType ${answer} to do it: `);
    if (typed.trim() !== answer) throw new Error('Nothing was done.');
  } finally {
    terminal.close();
  }
}
