import cluster from 'node:cluster';
import { readMemory } from '../config/memory-budget.ts';
import { Environment } from '../config/environment.ts';
import { createLogger } from '../operation/logger.ts';
import { readLogLevel, readOperation } from '../operation/operation-settings.ts';
import { failToStart } from './messages.ts';
import { Primary } from './primary.ts';
import { WorkerLink } from './worker-link.ts';

/** Starts the server of several processes, or one of these. Loads no more of the server than the process needs. */
export async function startProcesses(): Promise<void> {
  try {
    const env = new Environment(process.env);
    const { workers, stopDelayMs } = readOperation(env, readMemory(env));
    if (cluster.isPrimary && workers > 1) {
      await new Primary(workers, { stopDelayMs, logger: createLogger(readLogLevel(env)) }).start();
      return;
    }
    const { serve } = await import('../server.ts');
    await serve(cluster.isPrimary ? undefined : new WorkerLink(workers));
  } catch (error) {
    failToStart(error);
  }
}
