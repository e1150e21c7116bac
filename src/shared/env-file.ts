import { isMainThread } from 'node:worker_threads';

/*
 * Sets the variables of `.env` that are not set, for `node --import` before the program: `--env-file-if-exists` would
 * print a line where there is no such file.
 */
if (isMainThread) {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
