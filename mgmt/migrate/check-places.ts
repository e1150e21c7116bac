import { isDeepStrictEqual } from 'node:util';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../src/settings.ts';
import { WEBHOOKS } from '../../src/tams/webhooks/webhook-tables.ts';
import { isNotNull } from '../../src/vastdb/predicate/builder.ts';
import type { OpenedTables } from '../tables/open-tables.ts';

/** @throws where source and target are the same tables. */
export function checkApart(source: Config, target: Config): void {
  if (!isDeepStrictEqual(placeOf(source), placeOf(target))) return;
  throw new Error('The target is the source: name other tables in the file of --target-env.');
}

function placeOf({ tables: { engine, vast, postgres }, dataDir }: Config): unknown {
  if (vast !== undefined) return [engine, vast.bucket, vast.schema, vast.endpoints.toSorted()];
  if (postgres === undefined) return [engine, dataDir];
  const { host, port, pathname, searchParams } = new URL(postgres.url);
  return [engine, host, port || '5432', searchParams.get('host'), pathname, postgres.schema];
}

/** @throws where the target's server could not read the keys of webhooks, which are encrypted with the secret of the source's. */
export async function checkSecret(source: OpenedTables, target: Config): Promise<void> {
  const secret = await secretOf(source.config);
  if (secret === undefined || secret === (await secretOf(target))) return;
  const sealed = await source.manager.count(WEBHOOKS.name, isNotNull('sealed_api_key'));
  if (sealed === 0) return;
  throw new Error(
    `${sealed} webhooks have keys that are encrypted with the secret of the source: give the target the same, ` +
      'by SECRET_KEY in the file of --target-env (without SECRET_KEY, the secret is in secret.key of DATA_DIR).',
  );
}

async function secretOf({ secretKey, dataDir }: Config): Promise<string | undefined> {
  if (secretKey !== undefined) return secretKey;
  try {
    return (await readFile(join(dataDir, 'secret.key'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
