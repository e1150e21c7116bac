import { setTimeout as pause } from 'node:timers/promises';
import { type BaseOptions, findErrorBy } from '@platformatic/kafka';
import type { BrokerConfig } from './kafka-settings.ts';

const CLIENT_ID = 'vast-tams';
const TIMEOUT_MS = 10_000;

/** Options of every client. Its users try again what fails, so that health and metrics know. */
export function clientOptions({ brokers, tls, sasl }: BrokerConfig): BaseOptions {
  return {
    clientId: CLIENT_ID,
    bootstrapBrokers: [...brokers],
    connectTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    timeout: TIMEOUT_MS,
    retries: 1,
    retryDelay: 200,
    // Brokers are addressed by name, and certificates name them.
    ...(tls !== undefined && { tls: tls.ca === undefined ? {} : { ca: tls.ca }, tlsServerName: true }),
    ...(sasl !== undefined && { sasl }),
  };
}

/** How long a server that stops waits for a broker, which may never answer. */
const STOP_MS = 3_000;

/** A request to the broker, which is given up a while after the signal: it may have been done. */
export async function whileRunning<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    giveUp = () => void setTimeout(() => reject(new Error('the server stops')), STOP_MS).unref();
  });
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp);
  try {
    return await Promise.race([request, stopped]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** Ends a client, whose connections may be broken already. */
export async function closeClient(client: { close(force: boolean): Promise<void> } | undefined): Promise<void> {
  const closed = client?.close(true).catch(() => undefined);
  await Promise.race([closed, pause(STOP_MS, undefined, { ref: false })]);
}

const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

/** Whether the broker refuses messages for their size. */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && TOO_LARGE.some((id) => findErrorBy(error, 'apiId', id) !== null);

/** The reason of a failure in one line: the client wraps it in errors that say no more than that something failed. */
export function reasonOf(error: unknown): string {
  const reasons = new Set<string>();
  const look = (each: unknown, depth: number): void => {
    if (!(each instanceof Error) || depth > 8) return;
    const inner = each instanceof AggregateError ? (each.errors as unknown[]) : [];
    const further = [...inner, ...(each.cause === undefined ? [] : [each.cause])];
    if (further.length === 0) reasons.add(each.message.replaceAll(/\s+/g, ' '));
    for (const next of further) look(next, depth + 1);
  };
  look(error, 0);
  return reasons.size === 0 ? String(error) : [...reasons].slice(0, 3).join('; ');
}
