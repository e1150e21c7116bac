import { Command, CommanderError } from 'commander';

/*
 * `npm run mgmt -- --help`: what operators do on the server's own tables, while it runs or not. Each file in commands/ is
 * one command; features bring their own. Only the command that is asked for is loaded, since loading takes most of the time
 * of a short one. Help loads all.
 *
 * The exit code is 0 where all is well, 1 where a command that looks at something found it wrong, and 2 where it could not
 * do what it was asked, or was asked wrong.
 */

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  status: async () => (await import('./commands/status.ts')).statusCommand(),
  version: async () => (await import('./commands/version.ts')).versionCommand(),
  check: async () => (await import('./commands/check.ts')).checkCommand(),
  refresh: async () => (await import('./commands/refresh.ts')).refreshCommand(),
  cleanup: async () => (await import('./commands/cleanup.ts')).cleanupCommand(),
  recreate: async () => (await import('./commands/recreate.ts')).recreateCommand(),
  projections: async () => (await import('./commands/projections.ts')).projectionsCommand(),
  verify: async () => (await import('./commands/verify.ts')).verifyCommand(),
  backup: async () => (await import('./commands/backup.ts')).backupCommand(),
  restore: async () => (await import('./commands/restore.ts')).restoreCommand(),
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand(),
  import: async () => (await import('./commands/import.ts')).importCommand(),
  generate: async () => (await import('./commands/generate.ts')).generateCommand(),
  ingest: async () => (await import('./commands/ingest.ts')).ingestCommand(),
  adopt: async () => (await import('./commands/adopt.ts')).adoptCommand(),
  outgest: async () => (await import('./commands/outgest.ts')).outgestCommand(),
  openapi: async () => (await import('./commands/openapi.ts')).openapiCommand(),
  cert: async () => (await import('./commands/cert.ts')).certCommand(),
};

try {
  const program = new Command('mgmt').description(
    'Manages a TAMS server. Reads the configuration of the server: environment variables, or .env.',
  );
  for (const command of await commandsFor(process.argv[2])) program.addCommand(command);
  throwInsteadOfExit(program);
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  } else if (error.exitCode !== 0) {
    // It has said what is wrong.
    process.exitCode = 2;
  }
}

/** The command of this name, or all. Those of features are known once these are loaded. */
async function commandsFor(name: string | undefined): Promise<Command[]> {
  const own = Object.entries(COMMANDS).filter(([each]) => each === name);
  if (own.length > 0) return loadAll(own);
  const { featureCommands } = await import('./features.ts');
  const brought = featureCommands();
  const asked = brought.filter((command) => command.name() === name);
  return asked.length > 0 ? asked : [...brought, ...(await loadAll(Object.entries(COMMANDS)))];
}

function loadAll(commands: readonly [string, () => Promise<Command>][]): Promise<Command[]> {
  return Promise.all(commands.map(([, load]) => load()));
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwInsteadOfExit);
}
