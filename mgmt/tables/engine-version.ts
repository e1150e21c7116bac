import type { TableEngine } from '../../src/vastdb/engine.ts';
import type { VastEngine } from '../../src/vastdb/engines/vast/vast-engine.ts';

/** What only a cluster has is asked of its engine itself. */
export const isVastEngine = (engine: TableEngine): engine is VastEngine => engine.name === 'vast';

/** The version of the database: that which the cluster names, or that of the embedded library. */
export async function engineVersion(engine: TableEngine): Promise<string> {
  return isVastEngine(engine) ? engine.version() : (process.versions['sqlite'] ?? 'unknown');
}
