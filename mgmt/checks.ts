import { openMediaStores } from '../src/composition/media.ts';
import { type Config, loadConfig } from '../src/config.ts';
import { COUNTERS } from '../src/stores/vast-store/tables.ts';
import type { TableEngine } from '../src/vastdb/engine.ts';
import { engineVersion, isVastEngine } from './tables/engine-version.ts';
import { openEngine } from './tables/open-tables.ts';

export interface CheckResult {
  readonly check: string;
  readonly ok: boolean;
  /** The median of a few tries; null where nothing was timed. */
  readonly ms: number | null;
  readonly detail: string;
}

const TRIES = 5;

/** A write that is not to be kept. */
class RolledBack extends Error {}

/** Looks at everything that the configured server needs, one after the other; what fails does not end it. */
export async function checkServer(env: NodeJS.ProcessEnv = process.env): Promise<CheckResult[]> {
  const config = loadConfig(env);
  return [...(await checkTables(config)), ...(await checkMedia(config))];
}

async function checkTables(config: Config): Promise<CheckResult[]> {
  const { engine: kind } = config.tables;
  const results: CheckResult[] = [];
  let engine: TableEngine | undefined;
  try {
    engine = (await openEngine(config)).engine;
    const opened = engine;
    results.push({ check: 'tables: open', ok: true, ms: null, detail: `${kind} ${await engineVersion(engine)}` });
    results.push(await timed('tables: read', () => opened.health()));
    results.push(await timed('tables: write', () => writeNothing(opened), 'in a transaction that was rolled back'));
    if (isVastEngine(engine)) results.push(...(await checkEndpoints(config)));
  } catch (error) {
    results.push({ check: 'tables: open', ok: false, ms: null, detail: messageOf(error) });
  } finally {
    await engine?.close();
  }
  return results;
}

/** Each endpoint by itself: with all of them, one that is down is passed over. */
async function checkEndpoints(config: Config): Promise<CheckResult[]> {
  const { vast } = config.tables;
  if (vast === undefined) return [];
  const results: CheckResult[] = [];
  for (const url of vast.endpoints) {
    const check = `endpoint ${url}`;
    try {
      const alone = { ...config, tables: { ...config.tables, vast: { ...vast, endpoints: [url] } } };
      const { engine } = await openEngine(alone);
      const result = await timed(check, () => engine.health());
      const statistics = isVastEngine(engine) ? engine.endpoints.statistics()[0] : undefined;
      await engine.close();
      const { requests = 0, errors = 0, latencyMs = 0 } = statistics ?? {};
      const detail = `${requests} requests, ${errors} errors, ${latencyMs.toFixed(1)} ms until an answer begins`;
      results.push(result.ok ? { ...result, detail } : result);
    } catch (error) {
      results.push({ check, ok: false, ms: null, detail: messageOf(error) });
    }
  }
  return results;
}

async function checkMedia(config: Config): Promise<CheckResult[]> {
  // No URL is signed here.
  const media = openMediaStores(config, 'unused', undefined);
  try {
    const results: CheckResult[] = [];
    for (const store of media.all()) {
      const { id, label } = store.backend;
      const name = label === undefined ? id : `${label} (${id})`;
      results.push(await timed(`media store ${name}`, () => store.health()));
    }
    return results;
  } finally {
    await media.close();
  }
}

async function writeNothing(engine: TableEngine): Promise<void> {
  try {
    await engine.transaction(async (tx) => {
      await tx.insert(COUNTERS.name, ['name', 'value'], [['mgmt check', 0n]]);
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
}

async function timed(check: string, work: () => Promise<unknown>, detail = ''): Promise<CheckResult> {
  const times: number[] = [];
  try {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const started = performance.now();
      await work();
      times.push(performance.now() - started);
    }
  } catch (error) {
    return { check, ok: false, ms: null, detail: messageOf(error) };
  }
  const median = times.sort((a, b) => a - b)[Math.floor(TRIES / 2)] ?? 0;
  return { check, ok: true, ms: median, detail };
}

/** With its cause: there is no log that could have it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
