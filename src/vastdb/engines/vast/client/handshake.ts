import { TableError } from '../../../table-error.ts';
import type { Requests } from './requests.ts';

/** Major, minor, patch and protocol number of a cluster. */
export type VastVersion = readonly [number, number, number, number];

/** First versions of the cluster with the features that we use. */
export const FEATURES = {
  /** An insert answers the ids of its rows. */
  rowIds: [5, 1],
  /** Tables sorted by a key. */
  sortedTables: [5, 3],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export function supports(version: VastVersion, feature: keyof typeof FEATURES): boolean {
  for (const [index, wanted] of FEATURES[feature].entries()) {
    const found = version[index] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
}

/**
 * Asks the cluster for its version, which it names in any answer, whatever its status.
 *
 * @throws TableError `invalid` where the endpoint is no VAST cluster.
 */
export async function handshake(requests: Requests): Promise<VastVersion> {
  const { headers } = await requests.ask('GET', [], { transaction: null });
  const server = headers['server'] ?? '';
  const numbers = /^vast (\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(server)?.slice(1).map(Number);
  if (numbers === undefined) {
    const named = server === '' ? 'it does not name itself' : `it names itself ${JSON.stringify(server.slice(0, 100))}`;
    throw new TableError('invalid', `The endpoint is no VAST DataBase of a known version: ${named}.`);
  }
  return numbers as unknown as VastVersion;
}

/** Whether the bucket exists; undefined if the cluster does not let us see it. */
export async function bucketExists(requests: Requests): Promise<boolean | undefined> {
  const { status } = await requests.ask('HEAD', [requests.bucket], {});
  if (status === 404) return false;
  return status === 200 ? true : undefined;
}
