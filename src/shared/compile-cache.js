import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

/*
 * Keeps the compiled code of all later imports, which makes the next start a third shorter. TypeScript that is in the
 * cache needs no stripping; otherwise the first file loads the compiler for that, which takes some 15 MB in each thread.
 * So this file is JavaScript, and is imported before any `.ts`.
 *
 * The cache lies beside the libraries: whoever can write there could change those too.
 */
const FOLDER = join(import.meta.dirname, '../../node_modules/.cache/node-compile');

// Threads and child processes take it from the variable. Node.js has used an operator's folder since before this file.
process.env.NODE_COMPILE_CACHE ??= FOLDER;
enableCompileCache(process.env.NODE_COMPILE_CACHE);
