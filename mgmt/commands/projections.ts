import { Command } from 'commander';
import type { VastEngine } from '../../src/vastdb/engines/vast/vast-engine.ts';
import { print, printTable } from '../../src/shared/print.ts';
import { isVastEngine } from '../version.ts';
import { tableNamed } from '../tables/known-tables.ts';
import { type OpenedEngine, withEngine } from '../tables/open-tables.ts';

const TABLES = '[tables...]';

/** `mgmt projections`: what stands for indexes on a VAST cluster. */
export function projectionsCommand(): Command {
  const projections = new Command('projections').description(
    'projections of tables on a VAST cluster, which make queries faster (TABLE_ENGINE=vast)',
  );
  projections
    .command('status')
    .argument(TABLES, 'all unless named')
    .description('which there are, and how far the cluster has come with them')
    .option('--json', 'one JSON object a line')
    .action((names: string[], { json }: { json?: boolean }) =>
      withCluster(names, async (engine, definitions) => {
        const found = [];
        for (const definition of definitions) {
          for (const [projection, status] of await engine.projections(definition)) {
            found.push({ table: definition.name, projection, enabled: status !== undefined, ...status });
          }
        }
        if (json === true) for (const each of found) print(JSON.stringify(each));
        else
          printTable(
            ['TABLE', 'PROJECTION', 'ENABLED', 'ROWS', 'SYNCED %', 'DIRTY %'],
            found.map((each) => [
              each.table,
              each.projection,
              each.enabled ? 'yes' : 'no',
              ...[each.rows, each.initialSyncPercent, each.dirtyPercent].map((value) => String(value ?? '-')),
            ]),
          );
      }),
    );
  projections
    .command('enable')
    .argument(TABLES, 'all unless named')
    .description('make those that are missing; the cluster fills them by itself')
    .action((names: string[]) =>
      withCluster(names, async (engine, definitions) => {
        for (const definition of definitions) {
          const missing = await engine.missingIndexes(definition);
          await engine.createIndexes(definition);
          const refused = new Set(await engine.missingIndexes(definition));
          for (const name of missing) print(`${definition.name}: ${name} ${refused.has(name) ? 'refused' : 'enabled'}`);
          if (refused.size > 0) process.exitCode = 1;
        }
      }),
    );
  projections
    .command('disable')
    .argument('<tables...>')
    .description('drop them: writes get faster, queries slower; a server that starts makes them again')
    .action((names: string[]) =>
      withCluster(names, async (engine, definitions) => {
        for (const definition of definitions) {
          for (const name of await engine.dropProjections(definition)) print(`${definition.name}: ${name} disabled`);
        }
      }),
    );
  return projections;
}

/** Runs `work` on the tables of these names that are on the cluster; on all without names. */
function withCluster(
  names: readonly string[],
  work: (engine: VastEngine, definitions: OpenedEngine['definitions']) => Promise<void>,
): Promise<void> {
  return withEngine(async ({ engine, definitions }) => {
    if (!isVastEngine(engine)) {
      throw new Error('Projections are for TABLE_ENGINE=vast; other engines have indexes: see `status`.');
    }
    const present = new Set(await engine.listTables());
    const chosen = names.length === 0 ? definitions : names.map((name) => tableNamed(definitions, name));
    await work(
      engine,
      chosen.filter(({ name }) => present.has(name)),
    );
  });
}
