import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { describeEngine } from '../../support/engine-suite.ts';
import { withoutOrdering } from '../../support/unordered-engine.ts';

async function openTemporary() {
  const directory = await mkdtemp(join(tmpdir(), 'sqlite-engine-'));
  const engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: 16 });
  return {
    directory,
    engine,
    dispose: async () => {
      await engine.close();
      await rm(directory, { recursive: true });
    },
  };
}

describeEngine('sqlite', openTemporary);

describeEngine('sqlite without ordering', async () => {
  const { engine, dispose } = await openTemporary();
  return { engine: withoutOrdering(engine), dispose };
});
