import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/*
 * Sets the variables of `.env` that are not set, for `node --import` before the program: `--env-file-if-exists` would
 * print a line where there is no such file. It is JavaScript for the reason of compile-cache.js.
 */
if (isMainThread) {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
