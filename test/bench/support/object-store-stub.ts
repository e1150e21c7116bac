import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** The storage id that datasets name and that servers of benchmarks are configured with. */
export const STORAGE_ID = '5f1d3c2a-7b64-4e0e-9c55-0d8a1f6b2e37';

export interface ObjectStoreStub {
  /** A file for STORAGE_BACKENDS_FILE. */
  readonly backendsFile: string;
  close(): Promise<void>;
}

/**
 * An S3 endpoint that says yes to everything. Signing URLs needs no object store, but a server looks
 * for its bucket when it starts, and deletes what it reclaims.
 */
export async function startObjectStoreStub(directory: string): Promise<ObjectStoreStub> {
  const server = createServer((request, response) => {
    request.resume();
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const backendsFile = join(directory, 'backends.json');
  const backend = {
    type: 's3',
    id: STORAGE_ID,
    label: 's3-main',
    default_storage: true,
    endpoint: `http://127.0.0.1:${port}`,
    public_endpoint: 'https://s3.example.com',
    region: 'eu-west-1',
    bucket: 'media',
    access_key_id: 'AKIAEXAMPLE',
    secret_access_key: 'secret-of-nobody',
    force_path_style: true,
  };
  await writeFile(backendsFile, JSON.stringify([backend]));
  return {
    backendsFile,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
