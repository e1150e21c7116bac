import { inspect } from 'node:util';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { openVastEngine } from '../../../src/vastdb/engines/vast/vast-engine.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { TableError } from '../../../src/vastdb/table-error.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { engineOptions, SCHEMA } from '../../support/vastdb/emulated-engine.ts';
import { startVastEmulator, type VastEmulator, type VastEmulatorOptions } from '../../support/vast-emulator/index.ts';

describe('replicas that start together', () => {
  it('all have the tables of an empty schema, whoever made them', async () => {
    const emulator = await startVastEmulator({ schema: SCHEMA, version: '5.2.0.1' });
    emulator.faults.latency({ ms: 1, jitterMs: 5 });
    const managers = await Promise.all(
      [1, 2, 3].map(async () => VastDBManager.open(await openVastEngine(engineOptions(emulator)), VAST_STORE_TABLES)),
    );
    emulator.faults.clear();
    const names = VAST_STORE_TABLES.map(({ name }) => name);
    const succeeded = (operation: string): number =>
      emulator.requests.entries.filter((entry) => entry.operation === operation && entry.status === 200).length;
    for (const manager of managers) expect(manager.listTables()).toEqual(expect.arrayContaining(names));
    const made = [succeeded('table.create'), succeeded('projection.create')];
    const next = await VastDBManager.open(await openVastEngine(engineOptions(emulator)), VAST_STORE_TABLES);
    expect(next.evolution).toEqual({ createdTables: [], addedColumns: [] });
    expect([succeeded('table.create'), succeeded('projection.create')]).toEqual(made);
    await Promise.all([...managers, next].map((manager) => manager.close()));
    await emulator.close();
  });
});

describe('a start that cannot work', () => {
  const secretKey = 'never-to-be-seen-0123456789';

  async function refusal(
    options: VastEmulatorOptions,
    more: (emulator: VastEmulator) => Parameters<typeof engineOptions>[1],
  ): Promise<string> {
    const emulator = await startVastEmulator({ schema: SCHEMA, secretKey, ...options });
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
    try {
      await openVastEngine(engineOptions(emulator, { logger, ...more(emulator) }));
    } catch (error) {
      expect(error).toBeInstanceOf(TableError);
      const everything = lines.join('') + inspect(error, { depth: 20, showHidden: true });
      expect(everything).not.toContain(secretKey);
      expect(everything).not.toContain('AWS4-HMAC-SHA256');
      const { message } = error as TableError;
      expect(message).not.toContain('\n');
      return message;
    } finally {
      await emulator.close();
    }
    throw new Error('it started');
  }

  it('says that the keys are wrong', async () => {
    const message = await refusal({}, () => ({ secretKey: 'wrong' }));
    expect(message).toMatch(/^The cluster refuses the access key or the secret key: /);
  });

  it('says that there is no such bucket, or no such schema', async () => {
    expect(await refusal({}, () => ({ bucket: 'nowhere' }))).toMatch(/^There is no bucket nowhere on the cluster: /);
    expect(await refusal({}, () => ({ schema: 'nothing' }))).toMatch(/^There is no schema nothing in bucket vastdb: /);
  });

  it('says that the cluster is too old', async () => {
    const message = await refusal({ version: '5.0.0.9' }, () => ({}));
    expect(message).toMatch(/^The cluster has version 5\.0\.0\.9; 5\.1 is the oldest /);
  });

  it('says that nobody answers', async () => {
    const message = await refusal({}, () => ({ endpoints: ['http://127.0.0.1:9'] }));
    expect(message).toMatch(/^The cluster does not answer at http:\/\/127\.0\.0\.1:9: ECONNREFUSED; check /);
  });
});
