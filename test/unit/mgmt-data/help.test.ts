import { readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { expect, test } from 'vitest';

const FOLDER = new URL('../../../mgmt/commands/', import.meta.url);

test('every command, and each one below it, has a help that can be printed', async () => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const exported = (await import(new URL(file, FOLDER).href)) as Record<string, () => Command>;
    const make = Object.entries(exported).find(([name]) => name.endsWith('Command'))?.[1];
    if (make === undefined) throw new Error(`${file} exports no command.`);
    const command = make();
    for (const each of [command, ...command.commands]) {
      expect(each.helpInformation()).toContain(each.name());
      expect(each.description(), each.name()).not.toBe('');
    }
  }
});
