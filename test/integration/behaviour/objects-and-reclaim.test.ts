import { readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Allocated, type Api, firstOf, second, typeOf, until } from './support/api.ts';
import { later } from './support/clock.ts';
import { World } from './support/reclaim-world.ts';

/** A new object of the flow with content. */
async function uploaded(api: Api, flowId: string): Promise<Allocated> {
  const object = firstOf(await api.allocate(flowId));
  expect(await api.upload(object, `content of ${object.object_id}`)).toBe(200);
  return object;
}

async function use(api: Api, flowId: string, objectId: string, at: number): Promise<void> {
  const result = await api.postSegments(flowId, { object_id: objectId, timerange: second(at) });
  expect(result.status, result.text).toBe(201);
}

describe('an object that no segment uses any more', () => {
  it('is deleted with its bytes, and its id can be allocated again', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const flowId = await api.newFlow();
    const { object_id: objectId } = await uploaded(api, flowId);
    await use(api, flowId, objectId, 0);
    expect(await world.mediaFiles()).toHaveLength(1);
    await api.must('DELETE', `/flows/${flowId}/segments`);
    await world.untilFiles(0);
    await world.untilGone(objectId);
    const again = await api.postSegments(flowId, { object_id: objectId, timerange: second(0) });
    expect([again.status, typeOf(again)]).toEqual([400, 'unknown_object']);
    await until(async () => {
      const { status } = await api.send('POST', `/flows/${flowId}/storage`, { object_ids: [objectId] });
      return status === 201 ? true : undefined;
    });
  });

  it('goes with its flow', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const flowId = await api.newFlow();
    const { object_id: objectId } = await uploaded(api, flowId);
    await use(api, flowId, objectId, 0);
    await api.must('DELETE', `/flows/${flowId}`);
    await world.untilFiles(0);
    await world.untilGone(objectId);
  });

  it('is kept while another flow, or another segment of its flow, uses it', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const [owner, borrower] = [await api.newFlow(), await api.newFlow()];
    const shared = await uploaded(api, owner);
    const twice = await uploaded(api, owner);
    await use(api, owner, shared.object_id, 0);
    await use(api, borrower, shared.object_id, 7);
    await use(api, owner, twice.object_id, 1);
    await use(api, owner, twice.object_id, 2);
    await api.must('DELETE', `/flows/${owner}/segments?object_id=${shared.object_id}`);
    await api.must('DELETE', `/flows/${owner}/segments?timerange=[1:0_2:0)`);
    await world.lookForDue();
    expect(await world.mediaFiles()).toHaveLength(2);
    const segment = firstOf(await api.segments(borrower));
    const content = await fetch(firstOf(segment.get_urls ?? []).url);
    expect(await content.text()).toBe(`content of ${shared.object_id}`);
    expect(await api.get(`/objects/${shared.object_id}`)).toMatchObject({
      id: shared.object_id,
      referenced_by_flows: [borrower],
      first_referenced_by_flow: owner,
    });
    // Its first flow's end is not its own.
    await api.must('DELETE', `/flows/${owner}`);
    await world.untilGone(twice.object_id);
    expect(await world.mediaFiles()).toHaveLength(1);
    await api.must('DELETE', `/flows/${borrower}`);
    await world.untilFiles(0);
  });

  it('lives through a correction: it is kept for the time of grace, and for good when it is used again', async (context) => {
    const world = await World.start(context, { RECLAIM_GRACE_S: '2' });
    const { api } = world;
    const flowId = await api.newFlow();
    const corrected = await uploaded(api, flowId);
    const dropped = await uploaded(api, flowId);
    await use(api, flowId, corrected.object_id, 0);
    await use(api, flowId, dropped.object_id, 1);
    await api.must('DELETE', `/flows/${flowId}/segments`);
    expect(await api.get(`/objects/${corrected.object_id}`)).toMatchObject({ referenced_by_flows: [] });
    await use(api, flowId, corrected.object_id, 5);
    later(3);
    await world.untilGone(dropped.object_id);
    await world.lookForDue();
    expect(await world.mediaFiles()).toHaveLength(1);
    expect(await api.timeranges(flowId)).toEqual([second(5)]);
    // The grace begins anew with the last use.
    await api.must('DELETE', `/flows/${flowId}/segments`);
    await world.lookForDue();
    expect(await world.isGone(corrected.object_id)).toBe(false);
    later(3);
    await world.untilGone(corrected.object_id);
  });

  it('is kept for the grace of its last use, not of an earlier one', async (context) => {
    const world = await World.start(context, { RECLAIM_GRACE_S: '4' });
    const { api } = world;
    const flowId = await api.newFlow();
    const { object_id: objectId } = await uploaded(api, flowId);
    await use(api, flowId, objectId, 0);
    await api.must('DELETE', `/flows/${flowId}/segments`);
    later(2.5);
    await use(api, flowId, objectId, 0);
    await api.must('DELETE', `/flows/${flowId}/segments`);
    later(3);
    await world.lookForDue();
    expect(await world.isGone(objectId)).toBe(false);
    expect(await world.mediaFiles()).toHaveLength(1);
    later(2);
    await world.untilGone(objectId);
  });

  it('is reclaimed after a restart too', async (context) => {
    const world = await World.start(context, { RECLAIM_GRACE_S: '1' });
    const { api } = world;
    const flowId = await api.newFlow();
    const { object_id: objectId } = await uploaded(api, flowId);
    await use(api, flowId, objectId, 0);
    await api.must('DELETE', `/flows/${flowId}/segments`);
    await world.restart();
    expect(await world.mediaFiles()).toHaveLength(1);
    await world.untilGone(objectId);
    await world.untilFiles(0);
  });

  it('that is external is forgotten, and can be registered anew', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const flowId = await api.newFlow();
    const external = {
      object_id: 'ext',
      timerange: second(0),
      get_urls: [{ url: 'https://elsewhere.example/a', label: 'a' }],
    };
    expect((await api.postSegments(flowId, external)).status).toBe(201);
    expect(await api.get('/objects/ext')).toMatchObject({ referenced_by_flows: [flowId] });
    await api.must('DELETE', `/flows/${flowId}/segments`);
    await world.untilGone('ext');
    await until(async () => ((await api.postSegments(flowId, external)).status === 201 ? true : undefined));
  });
});

describe('an allocation', () => {
  it('that no segment used in time is reclaimed with its bytes; one that is used is kept', async (context) => {
    const world = await World.start(context, { ALLOCATION_EXPIRY_S: '300', PRESIGN_EXPIRES_S: '300' });
    const { api } = world;
    const flowId = await api.newFlow();
    // First, so that it expires no later than the one whose file is waited for.
    const neverUploaded = await api.newObject(flowId);
    const unused = await uploaded(api, flowId);
    const used = await uploaded(api, flowId);
    await use(api, flowId, used.object_id, 0);
    later(301);
    await world.untilFiles(1);
    for (const objectId of [unused.object_id, neverUploaded]) {
      await until(async () => {
        const refused = await api.postSegments(flowId, { object_id: objectId, timerange: second(5) });
        return refused.status === 400 && typeOf(refused) === 'unknown_object' ? true : undefined;
      });
    }
    expect(await (await fetch(firstOf(firstOf(await api.segments(flowId)).get_urls ?? []).url)).text()).toBe(
      `content of ${used.object_id}`,
    );
  });

  it('is no object yet, and of no use to another flow', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const [owner, other] = [await api.newFlow(), await api.newFlow()];
    const objectId = await api.newObject(owner);
    expect(await world.isGone(objectId)).toBe(true);
    const refused = await api.postSegments(other, { object_id: objectId, timerange: second(0) });
    expect([refused.status, typeOf(refused)]).toEqual([400, 'unknown_object']);
    await use(api, owner, objectId, 0);
    await use(api, other, objectId, 0);
    const path = `/objects/${objectId}`;
    expect(await api.get<{ referenced_by_flows: string[] }>(path)).toMatchObject({
      first_referenced_by_flow: owner,
      referenced_by_flows: [owner, other].toSorted(),
    });
  });
});

describe('GET /objects/{objectId}', () => {
  it('pages through the flows that use it, each of them once', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const flows = await Promise.all(Array.from({ length: 5 }, () => api.newFlow()));
    const owner = firstOf(flows);
    const objectId = await api.fill(owner, 3);
    for (const flowId of flows.slice(1)) await use(api, flowId, objectId, 0);
    const seen: string[] = [];
    for await (const { items } of api.pages(`/objects/${objectId}?limit=2`)) {
      const { referenced_by_flows: page } = items as unknown as { referenced_by_flows: string[] };
      expect(page.length).toBeLessThanOrEqual(2);
      seen.push(...page);
    }
    expect(seen).toEqual(flows.toSorted());
  });
});

describe('segments and their object', () => {
  it('are dropped by object id in the one flow that was named', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const [one, other] = [await api.newFlow(), await api.newFlow()];
    const { object_id: objectId } = await uploaded(api, one);
    await use(api, one, objectId, 0);
    await use(api, other, objectId, 0);
    await api.must('DELETE', `/flows/${other}/segments?object_id=${objectId}`);
    expect(await api.segments(other)).toEqual([]);
    expect(await api.segments(one)).toHaveLength(1);
    await world.lookForDue();
    expect(await world.mediaFiles()).toHaveLength(1);
  });
});

describe('an object', () => {
  it('that is allocated anew under the id of one that was reclaimed has all the time of its own allocation', async (context) => {
    const world = await World.start(context, { ALLOCATION_EXPIRY_S: '3600' });
    const { api } = world;
    const flowId = await api.newFlow();
    const { object_id: objectId } = await uploaded(api, flowId);
    await use(api, flowId, objectId, 0);
    await api.must('DELETE', `/flows/${flowId}/segments`);
    await world.untilFiles(0);
    later(30 * 60);
    const again = await until(async () => {
      const result = await api.send('POST', `/flows/${flowId}/storage`, { object_ids: [objectId] });
      return result.status === 201 ? firstOf((result.json as { media_objects: Allocated[] }).media_objects) : undefined;
    });
    await api.upload(again, 'anew');
    later(35 * 60);
    await world.lookForDue();
    expect(await world.mediaFiles()).toHaveLength(1);
    later(30 * 60);
    await world.untilFiles(0);
  });

  it('whose bytes cannot be deleted is tried again, and holds up no request and no other object', async (context) => {
    const world = await World.start(context);
    const { api } = world;
    const [broken, healthy] = [await api.newFlow(), await api.newFlow()];
    const stuck = await uploaded(api, broken);
    const other = await uploaded(api, healthy);
    await use(api, broken, stuck.object_id, 0);
    await use(api, healthy, other.object_id, 0);
    // A store refuses to follow a symbolic link out of its folder.
    const folder = join(world.dataDir, 'media', broken);
    await rename(folder, join(world.dataDir, 'elsewhere'));
    await symlink(join(world.dataDir, 'elsewhere'), folder);
    await api.must('DELETE', `/flows/${broken}/segments`);
    await api.must('DELETE', `/flows/${healthy}/segments`);
    await world.untilGone(other.object_id);
    await until(async () => ((await readdir(join(world.dataDir, 'media'))).includes(healthy) ? undefined : true));
    // It is on its way out: nobody may begin to use it, or to upload to it under a new allocation.
    expect(await world.isGone(stuck.object_id)).toBe(true);
    const reuse = await api.send('POST', `/flows/${healthy}/storage`, { object_ids: [stuck.object_id] });
    expect([reuse.status, typeOf(reuse)]).toEqual([400, 'object_ids_in_use']);
    const external = { object_id: stuck.object_id, timerange: second(9), get_urls: [{ url: 'https://e.example/' }] };
    expect((await api.postSegments(healthy, external)).status).toBe(400);

    await rm(folder);
    await rename(join(world.dataDir, 'elsewhere'), folder);
    expect(await world.mediaFiles()).toHaveLength(1);
    // The next attempt is a minute later.
    later(61);
    await world.untilFiles(0);
    await until(async () => {
      const { status } = await api.send('POST', `/flows/${healthy}/storage`, { object_ids: [stuck.object_id] });
      return status === 201 ? true : undefined;
    });
  });
});
