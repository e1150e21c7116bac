import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder of this process, which is removed when the process ends or is told to end. */
export function makeRunDirectory(prefix: string): string {
  const directory = mkdtempSync(join(tmpdir(), prefix));
  process.once('exit', () => {
    rmSync(directory, { recursive: true, force: true });
  });
  // Ending by `exit` lets those clean up who listen to it; a signal alone does not.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return directory;
}
