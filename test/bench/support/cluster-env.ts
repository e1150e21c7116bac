import type { VastEmulator } from '../../support/vast-emulator/index.ts';

export const CLUSTER_SCHEMA = 'tams';

type Cluster = Pick<VastEmulator, 'endpoints' | 'accessKey' | 'secretKey' | 'bucket'>;

/** The variables that put a server's tables on a cluster. */
export const clusterEnv = ({ endpoints, accessKey, secretKey, bucket }: Cluster): Record<string, string> => ({
  TABLE_ENGINE: 'vast',
  VAST_ENDPOINTS: endpoints.join(','),
  VAST_ACCESS_KEY: accessKey,
  VAST_SECRET_KEY: secretKey,
  VAST_BUCKET: bucket,
  VAST_SCHEMA: CLUSTER_SCHEMA,
  SECRET_KEY: 'a secret that the replicas of a benchmark share',
});
