import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tableEngineEnv } from '../../support/table-engine.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** The findings of `mgmt verify` in the tables of a data directory, as an operator runs it; its exit code is not 0 where it found anything. */
export async function runVerify(
  dataDir: string,
  tables?: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string }> {
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir, ...(tables ?? (await tableEngineEnv(dataDir))) };
  // Clients that lost their server did not come to upload all that they had registered.
  const args = ['mgmt/main.js', 'verify', '--skip', 'object-bytes'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: PROJECT, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, output: stdout + stderr });
    });
  });
}
