import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import type { MediaStore } from '../../../src/media/media-store.ts';
import { createLogger } from '../../../src/operation/logger.ts';
import { KeptFlows } from '../../../src/tams/flows/kept-flows.ts';
import { FlowService } from '../../../src/tams/flows/flow-service.ts';
import { unpackLocations } from '../../../src/tams/objects/object-location.ts';
import { ObjectReclaim } from '../../../src/tams/objects/object-reclaim.ts';
import { SegmentDeletion } from '../../../src/tams/deletion/segment-deletion.ts';
import { StorageService } from '../../../src/tams/storage/storage-service.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { LocalMediaStore } from '../../../src/media/local-media-store.ts';
import { MediaStores } from '../../../src/media/media-store-registry.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import { LeaseKeeper, LeaseLost } from '../../../src/tams/leases/lease-keeper.ts';
import { TEST_LIMITS } from '../../support/document-limits.ts';
import { testId, videoFlow } from '../../support/examples.ts';
import { dropTables, openTestTables } from '../../support/table-engine.ts';
import { type Allocated, type Api, firstOf, second, typeOf, until } from './support/api.ts';
import { World } from './support/reclaim-world.ts';

/** Allocates the id again, which can be done when the object that had it is reclaimed. */
const allocateAgain = (api: Api, flowId: string, objectId: string): Promise<Allocated> =>
  until(async () => {
    const result = await api.send('POST', `/flows/${flowId}/storage`, { object_ids: [objectId] });
    return result.status === 201 ? firstOf((result.json as { media_objects: Allocated[] }).media_objects) : undefined;
  });

const put = ({ put_url: { url, 'content-type': type = '' } }: Allocated, body: string): Promise<Response> =>
  fetch(url, { method: 'PUT', headers: { 'content-type': type }, body });

describe.concurrent('an upload that comes when its object was reclaimed', () => {
  it('is refused, also when another object has the id by then', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const flowId = await api.newFlow();
    const old = firstOf(await api.allocate(flowId, { object_ids: ['take 1'] }));
    expect((await put(old, 'old')).status).toBe(200);
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: 'take 1', timerange: second(0) });
    await api.must('DELETE', `/flows/${flowId}/segments`);
    await world.untilFiles(0);
    const again = await allocateAgain(api, flowId, 'take 1');
    expect((await put(again, 'new')).status).toBe(200);

    const late = await put(old, 'late');
    expect([late.status, ((await late.json()) as { type: string }).type]).toEqual([404, 'not_found']);
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: 'take 1', timerange: second(0) });
    const segment = firstOf(await api.segments(flowId));
    expect(await (await fetch(firstOf(segment.get_urls ?? []).url)).text()).toBe('new');
    expect(await world.mediaFiles()).toHaveLength(1);
  });

  it('leaves no bytes where it was under way meanwhile', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const flowId = await api.newFlow();
    const object = firstOf(await api.allocate(flowId, { object_ids: ['take 2'] }));
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: 'take 2', timerange: second(0) });
    const upload = request(object.put_url.url, { method: 'PUT', headers: { 'content-type': 'video/mp2t' } });
    const answered = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      upload.on('error', reject);
      upload.on('response', (response) => {
        text(response).then((body) => {
          resolve({ status: response.statusCode, body });
        }, reject);
      });
    });
    upload.write('the first half');
    // It has begun: its bytes are in a file that is no object yet.
    await world.untilFiles(1);
    await api.must('DELETE', `/flows/${flowId}/segments`);
    await allocateAgain(api, flowId, 'take 2');
    upload.end('the second half');
    const { status, body } = await answered;
    expect([status, body]).toEqual([404, expect.stringContaining('not_found')]);
    await world.untilFiles(0);
  });

  it('finds its object as long as it is only allocated', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const flowId = await api.newFlow();
    const object = firstOf(await api.allocate(flowId));
    expect([(await put(object, 'once')).status, (await put(object, 'and again')).status]).toEqual([200, 200]);
    const taken = await api.send('POST', `/flows/${flowId}/storage`, { object_ids: [object.object_id] });
    expect([taken.status, typeOf(taken)]).toEqual([400, 'object_ids_in_use']);
  });
});

/** A store whose deletions wait, as a request does that is stuck on its way. */
function withGate(store: LocalMediaStore): { store: MediaStore; reached: Promise<void>; open: () => void } {
  const gate = Promise.withResolvers<undefined>();
  const reached = Promise.withResolvers<undefined>();
  const gated = new Proxy<MediaStore>(store, {
    get: (target, name) => {
      if (name === 'deleteMany') {
        return async (paths: readonly string[]) => {
          reached.resolve(undefined);
          await gate.promise;
          return target.deleteMany(paths);
        };
      }
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return {
    store: gated,
    reached: reached.promise,
    open: () => {
      gate.resolve(undefined);
    },
  };
}

describe('a reclaim that goes on when its lease is over', () => {
  it('takes no bytes of the object that has the id by then', async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'tams-late-'));
    const backend = {
      id: testId('source', 9),
      store_type: 'http_object_store',
      provider: 'l',
      store_product: 'f',
    } as const;
    const limits = { expiresS: 600, gridS: 1, maxObjectBytes: 1_000, urlCacheMax: 1 };
    const media = new LocalMediaStore({ backend, directory: join(folder, 'media'), secret: 'secret', ...limits });
    await media.ensureReady();
    const managers = [await openTestTables(folder, VAST_STORE_TABLES), await openTestTables(folder, VAST_STORE_TABLES)];
    onTestFinished(async () => {
      vi.useRealTimers();
      for (const manager of managers) await manager.close();
      await dropTables(folder);
      await rm(folder, { recursive: true });
    });
    const [first, other] = managers.map((manager) => {
      const store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
      return { store, leases: new LeaseKeeper(store, createLogger('warn')) };
    });
    if (first === undefined || other === undefined) throw new Error('there are no tables');
    const noon = Date.parse('2026-03-04T12:00:00Z');
    vi.useFakeTimers({ toFake: ['Date'], now: noon });

    const deletion = {
      syncMax: 1,
      reclaimGraceMs: 0,
      requestExpiryMs: 1,
      onRequest: () => undefined,
    };
    const flow = videoFlow({ id: testId('flow', 1), source_id: testId('source', 1) });
    await new FlowService(
      first.store,
      new SegmentDeletion(first.store, deletion),
      TEST_LIMITS,
      new KeptFlows(2 ** 20),
    ).put(flow.id, () => flow, 'test');
    const storage = new StorageService(first.store, new MediaStores([media]), 0);
    const allocate = async (): Promise<string> => {
      await storage.allocate(flow.id, { object_ids: ['take 3'] }, 'http://host');
      const found = await first.store.objects.find('take 3');
      return unpackLocations(found?.locations ?? null)[0]?.storagePath ?? '';
    };
    await media.put(await allocate(), Buffer.from('old'));

    const gate = withGate(media);
    expect(await first.leases.acquire(['reclaim'])).toEqual([true]);
    const late = new ObjectReclaim(first.store, new MediaStores([gate.store])).reclaimDue((tx) =>
      first.leases.mustHold(tx, 'reclaim'),
    );
    await gate.reached;
    // The process is stuck for so long that another takes over, and finishes what it began.
    vi.setSystemTime(noon + 120_000);
    expect(await other.leases.acquire(['reclaim'])).toEqual([true]);
    const reclaim = new ObjectReclaim(other.store, new MediaStores([media]));
    expect(await reclaim.reclaimDue((tx) => other.leases.mustHold(tx, 'reclaim'))).toMatchObject({ reclaimed: 1 });
    const path = await allocate();
    await media.put(path, Buffer.from('new'));

    gate.open();
    await expect(late).rejects.toBeInstanceOf(LeaseLost);
    expect(await media.head(path)).toMatchObject({ size: 3 });
    const found = await first.store.objects.find('take 3');
    expect(unpackLocations(found?.locations ?? null)).toMatchObject([{ storagePath: path }]);
  });
});
