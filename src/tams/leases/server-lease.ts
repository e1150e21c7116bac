import { hostname } from 'node:os';
import type { LeaseKeeper } from './lease-keeper.ts';

const PREFIX = 'server:';

/** Shows operators' commands that this server uses the tables of a cluster, as a lock on its file does with embedded ones. */
export async function holdServerLease(leases: LeaseKeeper): Promise<void> {
  await leases.acquire([`${PREFIX}${hostname()}:${process.pid}:${leases.owner}`]);
}

/** The server whose lease of its own this is; undefined for other leases. */
export function serverOfLease(name: string): string | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const [host, pid] = name.slice(PREFIX.length).split(':');
  return `the server on ${host} (process ${pid})`;
}
