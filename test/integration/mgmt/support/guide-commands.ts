import { readFile } from 'node:fs/promises';

/** The arguments of the commands `mgmt import SYSTEM` that docs/moving-in.md shows, with the words replaced that name files. */
export async function guideCommands(
  system: string,
  replaced: Readonly<Record<string, string>>,
): Promise<{ trial: string[]; command: string[]; files: string[] }> {
  const guide = await readFile('docs/moving-in.md', 'utf8');
  const found = [...guide.matchAll(/npm run mgmt -- (import .*)/g)]
    .map(([, args = '']) => args.split(' ').map((word) => replaced[word] ?? word))
    .filter(([, name]) => name === system);
  const [trial, command, files] = found.map((args) => [...args, '--json']);
  if (trial === undefined || command === undefined || files === undefined || found.length > 3) {
    throw new Error(`docs/moving-in.md shows ${found.length} commands for ${system}`);
  }
  return { trial, command, files };
}
