import { databaseFile, openManager, openEngine } from '../../mgmt/tables/open-tables.ts';
import { SILENT } from '../../mgmt/progress.ts';
import type { Finding } from '../../mgmt/verify/finding.ts';
import { CHECKS, verify } from '../../mgmt/verify/verify.ts';
import { openMediaStores } from '../../src/media/open-media.ts';
import type { Config } from '../../src/settings.ts';
import { ThreadReader } from '../../src/vastdb/engines/sqlite/thread-reader.ts';

/**
 * Not those of media: tests register segments whose bytes they never upload, as clients may, and upload what one server
 * signed to another that has other tables.
 */
const OF_TABLES = CHECKS.filter(({ name }) => !name.endsWith('-bytes'));

/**
 * The findings of `mgmt verify` in the tables of a configuration.
 *
 * @param onThisThread reads the file of the embedded engine here: to start its thread takes four times as long as to
 * check the few rows of a test.
 */
export async function findings(
  config: Config,
  repair = false,
  checks = OF_TABLES,
  onThisThread = false,
): Promise<Finding[]> {
  const opened = await openEngine(config);
  const reader = onThisThread && config.tables.engine === 'sqlite' ? readerOf(config) : undefined;
  if (reader !== undefined) {
    opened.engine.reader = () => reader;
    opened.engine.stats = async (table) => ({ rows: await reader.count(table), bytes: 0 });
  }
  const { manager } = await openManager(opened);
  const media = await openMediaStores(config, 'unused', undefined);
  const found: Finding[] = [];
  try {
    const context = { manager, media, progress: SILENT, deleteBytes: false };
    for await (const finding of verify(context, checks, repair)) found.push(finding);
  } finally {
    await media.close();
    reader?.close();
    await manager.close();
  }
  return found;
}

function readerOf({ dataDir }: Config): ThreadReader {
  const file = databaseFile(dataDir);
  return new ThreadReader({ file, purpose: 'read', synchronous: 'normal', busyTimeoutMs: 10_000, cacheKib: 1024 });
}

/** Throws unless a server that stopped has left tables that fit together. */
export async function verifyAfter(config: Config): Promise<void> {
  const found = await findings(config, false, OF_TABLES, true);
  if (found.length === 0) return;
  throw new Error(`verify, after the server stopped: ${found.map((each) => JSON.stringify(each)).join('\n')}`);
}
