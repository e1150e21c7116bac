import { availableParallelism } from 'node:os';
import type { Environment } from '../config/environment.ts';

const WORKERS_MAX = 256;

/** How many processes share the port: 1 unless WORKERS says otherwise; `auto` is one for each core that this process may use. */
export function readWorkers(env: Environment): number {
  const parse = (text: string): number | undefined => {
    if (text === 'auto') return Math.min(availableParallelism(), WORKERS_MAX);
    const count = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : NaN;
    return count <= WORKERS_MAX ? count : undefined;
  };
  return env.parsed('WORKERS', { parse, takes: `auto or a whole number from 1 to ${WORKERS_MAX}` }) ?? 1;
}
