import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { SegmentRegistration } from '../../../src/tams/segments/segment-registration.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import { TEST_LIMITS } from '../../support/document-limits.ts';
import { dropTables, openTestTables } from '../../support/table-engine.ts';
import { tagged } from './support/class-server.ts';

/** Flows that use the object, and those of them that others may see. */
const [USERS, SHOWN] = [60, 4];
const created = new Date(0).toISOString();

it('the users of an object cost as many queries in short pages as in long ones, however many are hidden', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tams-object-users-'));
  const manager = await openTestTables(folder, VAST_STORE_TABLES);
  onTestFinished(async () => {
    await manager.close();
    await dropTables(folder);
    await rm(folder, { recursive: true });
  });
  const store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
  const registration = new SegmentRegistration(store, new Set(), TEST_LIMITS);
  const ids = Array.from({ length: USERS }, () => randomUUID()).toSorted();
  const source = { id: randomUUID(), format: 'urn:x-nmos:format:multi', created } as const;
  const get_urls = [{ url: 'https://elsewhere.example/object' }];
  await store.transaction((tx) => tx.sources.insert(source));
  for (const [index, id] of ids.entries()) {
    const tags = tagged(index < USERS - SHOWN ? 'sport' : 'news');
    const flow = {
      id,
      source_id: source.id,
      format: source.format,
      container: 'video/mp2t',
      created,
      ...tags,
    } as const;
    await store.transaction((tx) => tx.flows.insert(flow));
    const segment = { object_id: 'shared', timerange: '[0:0_1:0)', ...(index === 0 && { get_urls }) };
    expect(await registration.register(id, [segment])).toEqual([]);
  }
  const news = { read: ['news'], write: ['news'], delete: ['news'] };
  const view = store.limitedTo({ rights: news, right: 'read' });
  manager.resetPerformance();
  const { items, next } = await view.segments.flowsUsing({ id: 'shared', isInit: false }, { limit: 1 });
  expect(items).toEqual(ids.slice(USERS - SHOWN, USERS - SHOWN + 1));
  expect(manager.performanceSummary().count).toBe(2);
  if (next === undefined) throw new Error('there is a next page');
  const rest = await view.segments.flowsUsing({ id: 'shared', isInit: false }, { limit: 10, after: next });
  expect(rest).toEqual({ items: ids.slice(1 - SHOWN) });
});
