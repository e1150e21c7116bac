import { openManager, openEngine } from '../../mgmt/tables/open-tables.ts';
import { SILENT } from '../../mgmt/progress.ts';
import type { Finding } from '../../mgmt/verify/finding.ts';
import { CHECKS, verify } from '../../mgmt/verify/verify.ts';
import { openMediaStores } from '../../src/media/open-media.ts';
import type { Config } from '../../src/settings.ts';

/**
 * Not those of media: tests register segments whose bytes they never upload, as clients may, and upload what one server
 * signed to another that has other tables.
 */
const OF_TABLES = CHECKS.filter(({ name }) => !name.endsWith('-bytes'));

/** What `mgmt verify` finds in the tables of a configuration. */
export async function findings(config: Config, repair = false, checks = OF_TABLES): Promise<Finding[]> {
  const { manager } = await openManager(await openEngine(config));
  const media = await openMediaStores(config, 'unused', undefined);
  const found: Finding[] = [];
  try {
    const context = { manager, media, progress: SILENT, deleteBytes: false };
    for await (const finding of verify(context, checks, repair)) found.push(finding);
  } finally {
    await media.close();
    await manager.close();
  }
  return found;
}

/** Throws unless a server that stopped has left tables that fit together. */
export async function verifyAfter(config: Config): Promise<void> {
  const found = await findings(config);
  if (found.length === 0) return;
  throw new Error(`verify, after the server stopped: ${found.map((each) => JSON.stringify(each)).join('\n')}`);
}
