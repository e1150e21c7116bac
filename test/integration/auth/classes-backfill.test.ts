import { TRASH_TABLES } from '../../../src/features/trash/trash-tables.ts';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { fillColumns, VAST_STORE_BACKFILLS } from '../../../src/tams/column-backfill.ts';
import { FLOWS } from '../../../src/tams/flows/flow-tables.ts';
import { SOURCES } from '../../../src/tams/sources/source-tables.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import { searchTables } from '../../../src/features/search/search-tables.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { everyRow } from '../../../src/vastdb/predicate/builder.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { videoFlow } from '../../support/examples.ts';
import { type Answer, type AssetBody, cuesOf } from '../../support/search/search-api.ts';
import { typeOf } from '../behaviour/support/api.ts';
import { startClassServer, tagged } from './support/class-server.ts';
import { updateRows } from '../../support/vastdb/rows.ts';

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
  for (const { name } of [FLOWS, SOURCES]) await updateRows(manager, name, everyRow(), { auth_classes: null });

  const visible = async (classes: string[]): Promise<[number, number]> => {
    const view = store.limitedTo({ rights: { read: classes, write: classes, delete: classes }, right: 'read' });
    const filter = { tags: { values: new Map(), exists: new Map() } };
    const all = { limit: flows.length };
    return [(await view.flows.list(filter, all)).items.length, (await view.sources.list(filter, all)).items.length];
  };
  expect(await visible(['news'])).toEqual([0, 0]);
  expect(await fillColumns(manager, VAST_STORE_BACKFILLS, pino({ level: 'silent' }))).toBe(2 * flows.length);
  expect(await visible(['news'])).toEqual([802, 802]);
  expect(await visible([])).toEqual([401, 401]);
  expect(await visible(['news', 'sport'])).toEqual([1_203, 1_203]);
  expect(await fillColumns(manager, VAST_STORE_BACKFILLS, pino({ level: 'silent' }))).toBe(0);
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

it('what is older than the lives of flows belongs to the flow of its id, and to no later one', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tams-classes-lives-'));
  const env = { TABLE_ENGINE: 'sqlite', SOFT_DELETE: 'true' };
  const made = await startClassServer(env, dataDir);
  const news = made.as.news;
  const place = (flow: string) => ({ bucket: 'b', key: flow, link: { flow_id: flow } });
  const old: { flow: string; object: string; open: string; asset: string }[] = [];
  // One stays, one is deleted before the upgrade, one after it.
  for (let n = 0; n < 3; n++) {
    const flow = await news.newFlow(tagged('news', 'sport'));
    const { id: asset } = await news.must<AssetBody>('POST', '/search/assets', place(flow));
    await news.must('PUT', `/search/assets/${asset}/transcript`, { segments: cuesOf(['an old dunlin']) });
    old.push({ flow, object: await news.fill(flow, 2), open: await news.newObject(flow), asset });
  }
  const [stays, before, after] = old as [(typeof old)[0], (typeof old)[0], (typeof old)[0]];
  await news.must('DELETE', `/flows/${before.flow}`);
  await made.close();
  await withoutLives(dataDir);

  const upgraded = await startClassServer(env, dataDir);
  const { as } = upgraded;
  const seen = async (): Promise<unknown[]> => {
    const answer = await as.sport.get<Answer>('/search?q=dunlin&type=hybrid');
    const statuses = old.map(async ({ object }) => (await as.sport.send('GET', `/objects/${object}`)).status);
    return [answer.hits.map(({ asset }) => asset.id).toSorted(), await Promise.all(statuses)];
  };
  expect(await seen()).toEqual([[stays.asset, after.asset].toSorted(), [200, 404, 200]]);
  // Its segments of then come back, and so does a flow that was deleted then; an object of then can be used.
  await as.news.must('DELETE', `/flows/${stays.flow}/segments?timerange=[0:0_1:0)`);
  const query = `/internal/flows/${stays.flow}/segments/restore?timerange=_`;
  expect(await as.admin.must('POST', query)).toMatchObject({ restored_segments: 1 });
  const open = { object_id: stays.open, timerange: '[50:0_51:0)' };
  expect((await as.news.postSegments(stays.flow, open)).status).toBe(201);
  await as.admin.must('POST', `/internal/flows/${before.flow}/restore`);
  await as.news.must('DELETE', `/flows/${after.flow}`);
  expect(await seen()).toEqual([[stays.asset, before.asset].toSorted(), [200, 200, 404]]);
  const again = videoFlow({ id: after.flow, source_id: randomUUID() }, tagged('sport'));
  expect((await as.sport.send('PUT', `/flows/${after.flow}`, again)).status).toBe(201);
  expect(await seen()).toEqual([[stays.asset, before.asset].toSorted(), [200, 200, 404]]);
  for (const object of [after.object, after.open]) {
    const refused = await as.sport.postSegments(after.flow, { object_id: object, timerange: '[60:0_61:0)' });
    expect([refused.status, typeOf(refused)]).toEqual([400, 'unknown_object']);
  }
  await upgraded.close();
  await rm(dataDir, { recursive: true });
});

/** Makes the tables those of a version that did not know of lives: what it wrote has null there. */
async function withoutLives(dataDir: string): Promise<void> {
  const definitions = [...VAST_STORE_TABLES, ...TRASH_TABLES, ...searchTables(384)];
  const engine = await openSqliteEngine({ directory: join(dataDir, 'tables'), synchronous: 'normal', cacheMib: 4 });
  const old = await VastDBManager.open(engine, definitions);
  for (const { name, columns } of definitions) {
    const lives = columns.filter((column) => column.name.endsWith('life'));
    if (lives.length === 0) continue;
    const cells = Object.fromEntries(lives.map((column) => [column.name, null]));
    await updateRows(old, name, everyRow(), cells);
  }
  await old.close();
}
