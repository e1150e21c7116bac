import { ConfigError } from '../config/environment.ts';

/** Ends a process that cannot start, with one line that says why. */
export function failToStart(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof ConfigError ? 'Configuration' : 'Cannot start'}: ${reason}\n`);
  process.exit(1);
}
