import { describe, expect, it } from 'vitest';
import { checkServer } from '../../../../mgmt/checks.ts';
import { deleteRows, rowsToClean } from '../../../../mgmt/tables/cleanup.ts';
import { engineVersion } from '../../../../mgmt/version.ts';
import { withEngine, withTables } from '../../../../mgmt/tables/open-tables.ts';
import { type TableStatus, tableStatuses } from '../../../../mgmt/tables/table-status.ts';
import { AUDIT_LOG } from '../../../../src/features/auth/auth-tables.ts';
import { FLOW_TAGS } from '../../../../src/tams/flows/flow-tables.ts';
import { LEASES } from '../../../../src/tams/leases/lease-repository.ts';
import { ensureTables } from '../../../../src/vastdb/schema/evolution.ts';
import { runMgmt } from './run-mgmt.ts';

const DAY_MS = 86_400_000;

type Env = Record<string, string>;

export const statusOf = (place: Env, name: string): Promise<TableStatus | undefined> =>
  withEngine(
    async ({ engine, definitions }) => (await tableStatuses(engine, definitions)).find(({ table }) => table === name),
    place,
  );

/** Rows of the audit log, some of which are old. */
async function addAuditRows(place: Env, agesDays: readonly number[]): Promise<void> {
  const rows = agesDays.map((days) => [BigInt(Date.now() - days * DAY_MS), 'login', 1n]);
  await withEngine(
    ({ engine }) => engine.transaction((tx) => tx.insert(AUDIT_LOG.name, ['at_ms', 'event', 'count'], rows)),
    place,
  );
}

/**
 * What the commands do on the tables of a server that runs in this process, on any engine.
 *
 * @param place the environment of that server.
 */
export function describeCommandsBeside(kind: 'sqlite' | 'vast' | 'postgres', place: () => Env): void {
  describe(`on ${kind}, beside a running server`, () => {
    it('status knows every table of a server, and finds nothing missing', async () => {
      const statuses = await withEngine(({ engine, definitions }) => tableStatuses(engine, definitions), place());
      expect(statuses.filter(({ state }) => state !== 'current')).toEqual([]);
      expect(statuses.map(({ table }) => table)).toEqual(expect.arrayContaining(['flows', 'exr_files', 'search_jobs']));
    });

    it('status shows what a table lacks, and changes nothing; refresh makes it', async () => {
      expect(await statusOf(place(), LEASES.name)).toMatchObject({ state: 'current', columns: 3, missing_indexes: [] });
      // As an earlier version left the table: without a column, and without its index.
      const columns = FLOW_TAGS.whole.columns.filter(({ name }) => name !== 'value');
      await withEngine(async ({ engine }) => {
        await engine.dropTable(FLOW_TAGS.whole.name);
        await engine.createTable({ name: FLOW_TAGS.whole.name, columns });
      }, place());
      const first = await statusOf(place(), FLOW_TAGS.whole.name);
      expect(first).toMatchObject({ state: 'outdated', columns: 2, missing_columns: ['value'] });
      expect(first?.missing_indexes).not.toEqual([]);
      expect(await statusOf(place(), FLOW_TAGS.whole.name)).toEqual(first);

      const report = await withEngine(({ engine, definitions }) => ensureTables(engine, definitions), place());
      expect(report.addedColumns).toEqual([{ table: FLOW_TAGS.whole.name, columns: ['value'] }]);
      expect(await statusOf(place(), FLOW_TAGS.whole.name)).toMatchObject({ missing_columns: [], missing_indexes: [] });
    });

    it('cleanup deletes the rows that are older, and nothing else', async () => {
      await addAuditRows(place(), [40, 31, 29, 0]);
      const cleaned = await withTables(({ manager }) => {
        const where = rowsToClean(AUDIT_LOG.name, Date.now() - 30 * DAY_MS);
        return deleteRows(manager, AUDIT_LOG.name, where, () => undefined);
      }, place());
      expect(cleaned).toBe(2);
      expect(await statusOf(place(), AUDIT_LOG.name)).toMatchObject({ rows: 2 });
    });

    it('check tries everything that the server needs, and keeps nothing of it', async () => {
      const before = await statusOf(place(), 'counters');
      const results = await checkServer(place());
      expect(results.filter(({ ok }) => !ok)).toEqual([]);
      const names = results.map(({ check }) => check);
      expect(names).toEqual(expect.arrayContaining(['tables: open', 'tables: read', 'tables: write']));
      expect(names.some((name) => name.startsWith('endpoint http'))).toBe(kind === 'vast');
      expect((await statusOf(place(), 'counters'))?.rows).toBe(before?.rows);
    });

    it('nothing is recreated or emptied: the server is named', async () => {
      await addAuditRows(place(), [1]);
      const rows = (await statusOf(place(), AUDIT_LOG.name))?.rows;
      const commands = [
        ['recreate', AUDIT_LOG.name, '--yes'],
        ['cleanup', '--all', '--yes'],
        ['cleanup', AUDIT_LOG.name, '--yes'],
      ];
      for (const args of commands) {
        const { code, err } = await runMgmt(args, place());
        expect(err).toContain('Nothing was done: stop');
        expect(err).toContain(`process ${process.pid}`);
        expect(code).toBe(2);
      }
      expect(await statusOf(place(), AUDIT_LOG.name)).toMatchObject({ rows, state: 'current' });
    });

    it('the version of the database is known', async () => {
      expect(await withEngine(({ engine }) => engineVersion(engine), place())).toMatch(/^\d+\.\d+/);
    });
  });
}
