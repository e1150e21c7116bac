import { ApiError, LostServerError } from '../api/errors.ts';
import { UploadRefused } from './store.ts';

const ATTEMPTS = 7;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 15_000;

/** Tries again what may pass: no answer, too many requests, and faults of the server. */
export async function withRetries<T>(signal: AbortSignal, attempt: (number: number) => Promise<T>): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      if (signal.aborted || number === ATTEMPTS || !mayPass(error)) throw error;
      await pause(Math.min(FIRST_WAIT_MS * 2 ** number, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2), signal);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof ApiError) return isPassing(error.status);
  // A URL that has expired is allocated anew.
  if (error instanceof UploadRefused) return isPassing(error.status) || error.status === 403;
  return error instanceof LostServerError;
}

const isPassing = (status: number): boolean => status === 0 || status === 408 || status === 429 || status >= 500;

/** @throws the signal's reason */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
