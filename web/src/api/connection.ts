import { effect, signal } from '@preact/signals';
import { serverRoot } from '../address.ts';
import { LostServerError } from './errors.ts';

const LOOK_EVERY_MS = 2_000;

/** Whether the last request got no answer. It looks by itself whether the server is back. */
export const isLost = signal(false);

/** How often the server came back: pages that show it load anew. */
export const returns = signal(0);

/** As `fetch`, but knows whether the server answers. @throws LostServerError, or the AbortError of its own signal */
export async function reach(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    found();
    return response;
  } catch (error) {
    if (request.signal.aborted) throw error;
    isLost.value = true;
    throw new LostServerError(error);
  }
}

function found(): void {
  if (!isLost.value) return;
  isLost.value = false;
  returns.value += 1;
}

effect(() => {
  if (!isLost.value) return;
  const timer = setInterval(() => {
    fetch(`${serverRoot}livez`, { credentials: 'omit', cache: 'no-store' }).then(found, () => undefined);
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
});
