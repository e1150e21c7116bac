import { DamagedMedia } from '../../src/media/probing/probe.ts';
import { HttpFailure, Unreachable } from '../tams-client/http-failure.ts';

/**
 * An error as an operator reads it: which file or request failed, and what to do about it.
 *
 * @param workFolder where the command writes.
 */
export function explain(error: unknown, workFolder: string): Error {
  const own = error instanceof Error ? error : new Error(String(error));
  const hint = hintOf(own, workFolder);
  const system = causes(own).find(isSystemError);
  const message = system === own ? systemMessage(system) : own.message;
  return hint === undefined && message === own.message
    ? own
    : new Error(hint === undefined ? message : `${message.replace(/\.?$/, '.')} ${hint}`, { cause: error });
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not open or write it',
  EPERM: 'this user may not change it',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a part of it is a file, not a folder',
  EEXIST: 'it is there already',
  EROFS: 'its disk can only be read',
};

function systemMessage({ code, path, message }: SystemError): string {
  const reason = SYSTEM_ERRORS[code];
  // Without its code: `ENOENT` says little to most.
  return reason === undefined || path === undefined ? message.replace(/^E[A-Z]+: /, '') : `${path}: ${reason}.`;
}

function hintOf(error: Error, workFolder: string): string | undefined {
  const all = causes(error);
  if (
    all.some((each) => isSystemError(each) && each.code === 'ENOSPC') ||
    /No space left on device/.test(error.message)
  ) {
    return `The disk of ${workFolder} is full: free some of it, or choose a folder on another.`;
  }
  for (const each of all) {
    if (each instanceof HttpFailure && each.status === 401) {
      return 'Say who you are: --token-file, TAMS_TOKEN, or --user with TAMS_PASSWORD.';
    }
    if (each instanceof HttpFailure && each.status === 403) return 'These credentials do not allow it: use others.';
    if (each instanceof HttpFailure && each.status === 404) return 'Is that the right address (--url or TAMS_URL)?';
    if (each instanceof Unreachable) return 'Is it running, and is that the right address (--url or TAMS_URL)?';
    if (each instanceof DamagedMedia) {
      return 'Get it again; or save the readable part (ffmpeg -i FILE -map 0 -c copy COPY) and take the copy.';
    }
  }
  return undefined;
}

function causes(error: Error): Error[] {
  return error.cause instanceof Error ? [error, ...causes(error.cause)] : [error];
}

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

const isSystemError = (error: Error): error is SystemError => 'syscall' in error && 'code' in error;
