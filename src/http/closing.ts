import type { Logger } from 'pino';
import type { App } from './app.ts';

/** How long a stop waits for running requests. The rest of the stop needs time of its own. */
export const REQUESTS_END_MS = 20_000;

/**
 * Closes the server when its last request has ended, and at the latest after `patienceMs`: a client that downloads
 * slowly must not keep the workers from handing over their leases and from writing what they know.
 */
export async function closeApp(app: App, patienceMs: number, logger: Logger): Promise<void> {
  const cutOff = setTimeout(() => {
    logger.warn(`requests still run ${patienceMs / 1000} s after the stop began; their connections are closed`);
    app.server.closeAllConnections();
  }, patienceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
  }
}
