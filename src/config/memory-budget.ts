import { totalmem } from 'node:os';
import type { Environment } from './environment.ts';

const MIB = 2 ** 20;
/** Share of a machine without a limit that the server takes for its own, and the most of that. */
const MACHINE_SHARE = 1 / 4;
const MACHINE_MAX_MIB = 2048;
/** A process that has just started takes some 130 MB. */
const LEAST_MIB = 256;

/**
 * Shares of the budget, and the most that makes sense, in MiB. The rest, two thirds, is for what has no bound of its own: code,
 * the heap, connections, and the vectors of search (docs/adr/0044-memory-and-start.md).
 */
const SHARES = {
  /** Pages of the embedded tables. */
  tables: { share: 1 / 32, most: 1024 },
  /** Pages of segments as they were sent. */
  pages: { share: 1 / 128, most: 256 },
  /** Flows as they were shown. */
  flows: { share: 1 / 128, most: 256 },
  /** Signed URLs. */
  urls: { share: 1 / 100, most: 256 },
  /** Large bodies in transit. */
  bodies: { share: 1 / 64, most: 512 },
  /** Texts of playlists. */
  playlists: { share: 1 / 64, most: 256 },
  /** Events that webhooks wait for. */
  events: { share: 1 / 128, most: 64 },
  /** Analyses: a process of their own. */
  analyses: { share: 1 / 4, most: 65_536 },
} as const;

type Part = keyof typeof SHARES;

/** Memory in MiB: of the process, and of each part that has a bound. */
export interface MemoryBudget extends Readonly<Record<Part, number>> {
  readonly process: number;
}

/** MEMORY_MIB, or what the container or the machine has for this server, divided by rule. */
export function readMemory(env: Environment): MemoryBudget {
  const byDefault = availableMib(process.constrainedMemory(), totalmem());
  return divide(env.integer('MEMORY_MIB', { default: byDefault, min: LEAST_MIB, max: 16 * MIB }));
}

/**
 * @param limitBytes of the container (cgroup), as Node.js reads it: 0 or more than the machine has where there is none
 * @returns MiB
 */
export function availableMib(limitBytes: number, machineBytes: number): number {
  const isLimited = limitBytes > 0 && limitBytes < machineBytes;
  const bytes = isLimited ? limitBytes : Math.min(machineBytes * MACHINE_SHARE, MACHINE_MAX_MIB * MIB);
  return Math.max(LEAST_MIB, Math.floor(bytes / MIB));
}

/** @param workers processes that share the memory */
export function divide(mib: number, workers = 1): MemoryBudget {
  const process = Math.floor(mib / workers);
  const parts = Object.entries(SHARES).map(([part, { share, most }]) => [
    part,
    Math.max(1, Math.min(most, Math.floor(process * share))),
  ]);
  return { ...(Object.fromEntries(parts) as Record<Part, number>), process };
}
