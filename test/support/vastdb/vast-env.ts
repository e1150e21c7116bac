import type { VastEmulator } from '../vast-emulator/index.ts';

/** The variables that put a server's tables on an emulated cluster. */
export function vastEnv({ endpoints, accessKey, secretKey, bucket }: VastEmulator, schema: string) {
  return {
    TABLE_ENGINE: 'vast',
    VAST_ENDPOINTS: endpoints.join(','),
    VAST_ACCESS_KEY: accessKey,
    VAST_SECRET_KEY: secretKey,
    VAST_BUCKET: bucket,
    VAST_SCHEMA: schema,
    SECRET_KEY: 'the secret of all replicas in these tests',
  };
}
