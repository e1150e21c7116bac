import { startVastEmulator, type VastEmulator } from './vast-emulator/index.ts';

/** The engine under the tests that start a whole server: `TEST_TABLE_ENGINE`, sqlite unless it says vast. */
export const TEST_TABLE_ENGINE = readChoice();

const SCHEMA = 'tams';
const emulators = new Map<string, Promise<VastEmulator>>();

/**
 * The variables that put a server's tables on that engine. Servers of one data directory, at a time or one
 * after the other, meet the same tables.
 */
export async function tableEngineEnv(dataDir: string): Promise<Record<string, string>> {
  if (TEST_TABLE_ENGINE === 'sqlite') return {};
  let starting = emulators.get(dataDir);
  if (starting === undefined) {
    starting = startVastEmulator({ schema: SCHEMA });
    emulators.set(dataDir, starting);
  }
  const { endpoints, accessKey, secretKey, bucket } = await starting;
  return {
    TABLE_ENGINE: 'vast',
    VAST_ENDPOINTS: endpoints.join(','),
    VAST_ACCESS_KEY: accessKey,
    VAST_SECRET_KEY: secretKey,
    VAST_BUCKET: bucket,
    VAST_SCHEMA: SCHEMA,
    SECRET_KEY: 'the secret of all replicas in these tests',
  };
}

/** Forgets the tables of a data directory that is removed. */
export async function dropTables(dataDir: string): Promise<void> {
  const emulator = await emulators.get(dataDir);
  emulators.delete(dataDir);
  await emulator?.close();
}

function readChoice(): 'sqlite' | 'vast' {
  const choice = process.env.TEST_TABLE_ENGINE ?? 'sqlite';
  if (choice !== 'sqlite' && choice !== 'vast') throw new Error(`TEST_TABLE_ENGINE is ${choice}; sqlite or vast`);
  return choice;
}
