import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { fillAccessColumn } from '../../../src/stores/vast-store/access-backfill.ts';
import { FLOWS, SOURCES, VAST_STORE_TABLES } from '../../../src/stores/vast-store/tables.ts';
import { VastStore } from '../../../src/stores/vast-store/vast-store.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { everyRow } from '../../../src/vastdb/predicate/builder.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { startClassServer, tagged } from './support/class-server.ts';

const format = 'urn:x-nmos:format:multi';
const created = new Date(0).toISOString();

let folder: string;
let manager: VastDBManager;
let store: VastStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-classes-backfill-'));
  const engine = await openSqliteEngine({ directory: folder, synchronous: 'normal', cacheMib: 4 });
  manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
});
afterAll(async () => {
  await manager.close();
  await rm(folder, { recursive: true });
});

it('rows that are older than the column are visible to nobody limited, until they have it', async () => {
  // More than one batch.
  const flows = Array.from({ length: 1_203 }, (_, n) => ({
    id: randomUUID(),
    source_id: randomUUID(),
    format,
    created,
    ...(n % 3 === 0 ? {} : tagged(n % 3 === 1 ? 'news' : 'sport')),
  })) as { id: string; source_id: string; format: typeof format; created: string; tags?: Record<string, string> }[];
  await store.transaction(async (tx) => {
    for (const { source_id: id, tags } of flows) {
      await tx.sources.insert({ id, format, created, ...(tags && { tags }) });
    }
    for (const flow of flows) await tx.flows.insert(flow);
  });
  for (const { name } of [FLOWS, SOURCES]) await manager.update(name, everyRow(), { auth_classes: null });

  const visible = async (classes: string[]): Promise<[number, number]> => {
    const view = store.limitedTo(classes);
    const filter = { tags: { equals: new Map<string, string>(), exists: new Map<string, boolean>() } };
    const all = { limit: flows.length };
    return [(await view.flows.list(filter, all)).items.length, (await view.sources.list(filter, all)).items.length];
  };
  expect(await visible(['news'])).toEqual([0, 0]);
  expect(await fillAccessColumn(manager)).toBe(2 * flows.length);
  expect(await visible(['news'])).toEqual([802, 802]);
  expect(await visible([])).toEqual([401, 401]);
  expect(await visible(['news', 'sport'])).toEqual([1_203, 1_203]);
  expect(await fillAccessColumn(manager)).toBe(0);
});

it('a flow that comes while the feature is off is hidden when it is on', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tams-classes-off-'));
  const off = await startClassServer({ TABLE_ENGINE: 'sqlite', AUTH_CLASSES: 'false' }, dataDir);
  const flow = await off.as.news.newFlow(tagged('sport'));
  expect((await off.as.nobody.send('GET', `/flows/${flow}`)).status).toBe(200);
  await off.close();
  const on = await startClassServer({ TABLE_ENGINE: 'sqlite' }, dataDir);
  expect((await on.as.news.send('GET', `/flows/${flow}`)).status).toBe(404);
  expect((await on.as.sport.send('GET', `/flows/${flow}`)).status).toBe(200);
  await on.close();
  await rm(dataDir, { recursive: true });
});
