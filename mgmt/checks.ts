import { randomUUID } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openMediaStores } from '../src/media/open-media.ts';
import { type Config, loadConfig } from '../src/settings.ts';
import type { MediaStore } from '../src/media/media-store.ts';
import { COUNTERS } from '../src/tams/counter-repository.ts';
import type { TableEngine } from '../src/vastdb/engine.ts';
import { engineVersion, isVastEngine } from './version.ts';
import { isThere } from './folders.ts';
import { databaseFile, openEngine } from './tables/open-tables.ts';

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
  const file = databaseFile(config.dataDir);
  if (kind === 'sqlite' && !(await isThere(file))) return [await checkNewPlace('tables: open', file)];
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
      const statistics = engine.endpointStatistics?.()[0];
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
  const media = await openMediaStores(config, 'unused', undefined);
  try {
    const results: CheckResult[] = [];
    for (const store of media.all()) {
      const { id, label } = store.backend;
      const check = `media store ${label === undefined ? id : `${label} (${id})`}`;
      const backend = config.media.backends.find((each) => each.id === id);
      if (backend?.type === 'local' && !(await isThere(backend.path))) {
        results.push(await checkNewPlace(check, backend.path));
        continue;
      }
      const reached = await timed(check, () => store.health());
      results.push(reached);
      if (reached.ok) results.push(await timed(`${check}: write`, () => writeAndDelete(store), 'deleted again'));
    }
    return results;
  } finally {
    await media.close();
  }
}

/** Whether the server may make its tables at the first start. */
async function checkNewPlace(check: string, place: string): Promise<CheckResult> {
  let parent = dirname(place);
  while (!(await isThere(parent))) parent = dirname(parent);
  try {
    await access(parent, constants.W_OK | constants.X_OK);
    return { check, ok: true, ms: null, detail: `${place} is not there yet: the server makes it when it starts` };
  } catch (error) {
    return { check, ok: false, ms: null, detail: `${place} cannot be made: ${messageOf(error)}` };
  }
}

/** At a path as objects have, since keys may be limited to a prefix. */
async function writeAndDelete(store: MediaStore): Promise<void> {
  const path = store.makeStoragePath({
    flowId: randomUUID(),
    objectId: randomUUID(),
    container: 'application/octet-stream',
    allocatedAt: new Date(),
  });
  try {
    await store.put(path, new Uint8Array(1));
    if ((await store.head(path)) === undefined) throw new Error('the written object is not there');
  } finally {
    await store.delete(path);
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
