import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';

export interface TemporaryEngine {
  readonly engine: TableEngine;
  readonly directory: string;
  /** Closes the engine and removes its files. */
  readonly dispose: () => Promise<void>;
}

/** The embedded engine on a directory of its own. */
export async function openTemporaryEngine(): Promise<TemporaryEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'vastdb-'));
  const engine = await openSqliteEngine({ directory, synchronous: 'normal', cacheMib: 16 });
  return {
    engine,
    directory,
    async dispose() {
      await engine.close();
      await rm(directory, { recursive: true });
    },
  };
}
