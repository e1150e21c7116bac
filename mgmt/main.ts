import { Command } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { backupCommand } from './commands/backup.ts';
import { certCommand } from './commands/cert.ts';
import { checkCommand } from './commands/check.ts';
import { cleanupCommand } from './commands/cleanup.ts';
import { generateCommand } from './commands/generate.ts';
import { ingestCommand } from './commands/ingest.ts';
import { migrateCommand } from './commands/migrate.ts';
import { openapiCommand } from './commands/openapi.ts';
import { outgestCommand } from './commands/outgest.ts';
import { projectionsCommand } from './commands/projections.ts';
import { recreateCommand } from './commands/recreate.ts';
import { refreshCommand } from './commands/refresh.ts';
import { restoreCommand } from './commands/restore.ts';
import { statusCommand } from './commands/status.ts';
import { tokensCommand } from './commands/tokens.ts';
import { usersCommand } from './commands/users.ts';
import { verifyCommand } from './commands/verify.ts';
import { versionCommand } from './commands/version.ts';

/*
 * `npm run mgmt -- --help`: what operators do on the server's own tables, while it runs or not. Each file
 * in commands/ is one command.
 */

const program = new Command('mgmt')
  .description('Manages a TAMS server. Reads the configuration of the server: environment variables, or .env.')
  .addCommand(usersCommand())
  .addCommand(tokensCommand())
  .addCommand(auditCommand())
  .addCommand(statusCommand())
  .addCommand(versionCommand())
  .addCommand(checkCommand())
  .addCommand(refreshCommand())
  .addCommand(cleanupCommand())
  .addCommand(recreateCommand())
  .addCommand(projectionsCommand())
  .addCommand(verifyCommand())
  .addCommand(backupCommand())
  .addCommand(restoreCommand())
  .addCommand(migrateCommand())
  .addCommand(generateCommand())
  .addCommand(ingestCommand())
  .addCommand(outgestCommand())
  .addCommand(openapiCommand())
  .addCommand(certCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
