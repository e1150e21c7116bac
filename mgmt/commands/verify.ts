import { Command, Option } from 'commander';
import { openMediaStores } from '../../src/media/open-media.ts';
import { print } from '../../src/shared/print.ts';
import { showProgress } from '../progress.ts';
import { withTables } from '../tables/open-tables.ts';
import type { Check, Finding } from '../verify/finding.ts';
import { CHECKS, verify } from '../verify/verify.ts';

interface VerifyOptions {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly repair?: boolean;
  readonly deleteBytes?: boolean;
  readonly json?: boolean;
}

const NAMES = CHECKS.map(({ name }) => name);

const HELP = `
Checks:
${CHECKS.map(({ name, description }) => `  ${name.padEnd(16)} ${description}`).join('\n')}
The server may run: what looks wrong is looked at again, in a transaction, before it is reported. The exit code is 1 when
something was found that was not repaired, and 2 when not everything could be looked at.`;

/** `mgmt verify`: whether the rows of the tables, and the bytes of the media stores, fit together. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('look for rows and bytes that do not fit together, and mend them')
    .addOption(new Option('--only <checks...>', 'only these checks').choices(NAMES))
    .addOption(new Option('--skip <checks...>', 'all but these checks').choices(NAMES).conflicts('only'))
    .option('--repair', 'mend what can be mended without loss; each finding says what that is')
    .option('--delete-bytes', 'with --repair: delete bytes that no object has, too')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', HELP)
    .action(async (options: VerifyOptions) => {
      const { json, repair = false, deleteBytes = false } = options;
      let open = 0;
      let repaired = 0;
      await withTables(async ({ config, manager }) => {
        // No URL is signed here.
        const media = await openMediaStores(config, 'unused', undefined);
        try {
          const context = { manager, media, progress: showProgress(), deleteBytes };
          for await (const finding of verify(context, chosen(options), repair)) {
            if (finding.repaired) repaired += 1;
            else open += 1;
            print(json === true ? JSON.stringify(finding) : toLine(finding));
          }
        } finally {
          await media.close();
        }
      });
      if (json !== true)
        print(open + repaired === 0 ? 'Everything fits together.' : `${open} open, ${repaired} repaired.`);
      if (open > 0) process.exitCode = 1;
    });
}

const chosen = ({ only = NAMES, skip = [] }: VerifyOptions): Check[] =>
  CHECKS.filter(({ name }) => only.includes(name) && !skip.includes(name));

function toLine({ check, subject, problem, repair, repaired }: Finding): string {
  const remedy = repair === undefined ? '' : repaired ? ` [repaired: ${repair}]` : ` [--repair ${repair}]`;
  return `${check}: ${subject}: ${problem}${remedy}`;
}
