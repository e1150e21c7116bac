import { Command } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { tokensCommand } from './commands/tokens.ts';
import { usersCommand } from './commands/users.ts';

/*
 * `npm run mgmt -- --help`: what operators do on the server's own tables, while it runs or not. Each file
 * in commands/ is one command.
 */

const program = new Command('mgmt')
  .description('Manages a TAMS server. Reads the configuration of the server: environment variables, or .env.')
  .addCommand(usersCommand())
  .addCommand(tokensCommand())
  .addCommand(auditCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
