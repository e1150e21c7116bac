import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';
import { type Deletion, firstOf, second, typeOf } from './support/api.ts';
import { later } from './support/clock.ts';
import { TrashWorld } from './support/trash-world.ts';

/** A flow with so many segments of one uploaded object. */
async function filledFlow({ api }: TrashWorld, count: number): Promise<string> {
  const flowId = await api.newFlow({ label: 'the flow', tags: { shelf: 'a' } });
  const object = firstOf(await api.allocate(flowId));
  expect(await api.upload(object, 'content')).toBe(200);
  const segments = Array.from({ length: count }, (_, n) => ({ object_id: object.object_id, timerange: second(n) }));
  for (let start = 0; start < count; start += 1000) {
    expect((await api.postSegments(flowId, segments.slice(start, start + 1000))).status).toBe(201);
  }
  return flowId;
}

const seconds = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => second(from + n));
const sourceOf = async ({ api }: TrashWorld, flowId: string): Promise<string> =>
  (await api.get<{ source_id: string }>(`/flows/${flowId}`)).source_id;

describe('with SOFT_DELETE, what is deleted', () => {
  it('is hidden everywhere, and comes back as it was', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const flowId = await filledFlow(world, 3);
    const sourceId = await sourceOf(world, flowId);
    await api.must('PUT', `/sources/${sourceId}/label`, 'the source');
    const before = {
      flow: await api.get<Record<string, unknown>>(`/flows/${flowId}?include_timerange=true`),
      source: await api.get(`/sources/${sourceId}`),
      segments: await api.segments(flowId),
    };
    expect((await api.send('DELETE', `/flows/${flowId}`)).status).toBe(204);

    expect((await api.send('GET', `/flows/${flowId}`)).status).toBe(404);
    expect((await api.send('GET', `/sources/${sourceId}`)).status).toBe(404);
    expect(await api.get('/flows')).toEqual([]);
    expect(await api.get('/flows?tag.shelf=a')).toEqual([]);
    expect(await api.get('/sources')).toEqual([]);
    expect(await api.segments(flowId)).toEqual([]);
    const object = await api.get<{ referenced_by_flows: string[] }>(`/objects/${firstOf(before.segments).object_id}`);
    expect(object.referenced_by_flows).toEqual([]);

    const flow = firstOf(await world.deleted('flows'));
    expect(flow).toMatchObject({ id: flowId, label: 'the flow', deleted: true, deleted_by: 'anonymous' });
    expect(Date.now() - Date.parse(flow.deleted_at)).toBeLessThan(60_000);
    const { deletion_id: deletionId } = flow;
    expect(await world.deleted('sources')).toMatchObject([{ id: sourceId, deletion_id: deletionId }]);
    const kept = await world.deleted('segments');
    expect(kept.map(({ timerange, flow_id, deletion_id }) => [timerange, flow_id, deletion_id])).toEqual(
      seconds(0, 3).map((timerange) => [timerange, flowId, deletionId]),
    );

    expect(await world.restoreFlow(flowId)).toEqual({
      flow_id: flowId,
      deletion_id: deletionId,
      restored_segments: 3,
      conflicts: [],
      conflict_count: 0,
      remaining: false,
      left_out: { members: [], collected_by: [] },
    });
    const { segments_updated: _, ...flowBefore } = before.flow;
    expect(await api.get(`/flows/${flowId}?include_timerange=true`)).toMatchObject(flowBefore);
    expect(await api.get(`/sources/${sourceId}`)).toEqual(before.source);
    const after = await api.segments(flowId);
    expect(after.map(({ object_id, timerange }) => [object_id, timerange])).toEqual(
      before.segments.map(({ object_id, timerange }) => [object_id, timerange]),
    );
    expect(await (await fetch(firstOf(firstOf(after).get_urls ?? []).url)).text()).toBe('content');
    expect(await api.get('/flows?tag.shelf=a')).toHaveLength(1);
    for (const kind of ['flows', 'sources', 'segments'] as const) expect(await world.deleted(kind)).toEqual([]);
  });

  it('can be segments alone, which come back by timerange or by deletion', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const flowId = await filledFlow(world, 10);
    await api.must('DELETE', `/flows/${flowId}/segments?timerange=[2:0_4:0)`);
    await api.must('DELETE', `/flows/${flowId}/segments?timerange=[6:0_9:0)`);
    expect(await api.timeranges(flowId)).toEqual([...seconds(0, 2), ...seconds(4, 6), second(9)]);
    const first = firstOf(await world.deleted('segments')).deletion_id;

    const nothing = await world.post(`/internal/flows/${flowId}/segments/restore`);
    expect([nothing.status, typeOf(nothing)]).toEqual([400, 'invalid_request']);
    expect(await world.restoreSegments(flowId, 'timerange=[6:0_8:0)')).toMatchObject({ restored_segments: 2 });
    expect(await world.restoreSegments(flowId, `deletion_id=${first}`)).toMatchObject({ restored_segments: 2 });
    expect(await api.timeranges(flowId)).toEqual([...seconds(0, 8), second(9)]);
    expect(await world.restoreSegments(flowId, 'timerange=_')).toMatchObject({
      restored_segments: 1,
      remaining: false,
    });
    expect(await api.timeranges(flowId)).toEqual(seconds(0, 10));
    const { timerange } = await api.get<{ timerange: string }>(`/flows/${flowId}?include_timerange=true`);
    expect(timerange).toBe('[0:0_10:0)');
  });

  it('keeps only the segments of the object that was named', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const flowId = await api.newFlow();
    const [one, other] = [await api.newObject(flowId), await api.newObject(flowId)];
    const segments = Array.from({ length: 20 }, (_, n) => ({
      object_id: n % 2 === 0 ? one : other,
      timerange: second(n),
    }));
    expect((await api.postSegments(flowId, segments)).status).toBe(201);
    await api.must('DELETE', `/flows/${flowId}/segments?object_id=${one}`);
    expect(await world.deleted('segments')).toHaveLength(10);
    expect(await world.restoreSegments(flowId, 'timerange=_')).toMatchObject({ restored_segments: 10 });
    expect((await api.segments(flowId)).map(({ object_id }) => object_id)).toEqual(
      segments.map(({ object_id }) => object_id),
    );
  });

  it('leaves segments in the trash that overlap those of now, and lists them', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const flowId = await filledFlow(world, 4);
    const objectId = firstOf(await api.segments(flowId)).object_id;
    await api.must('DELETE', `/flows/${flowId}/segments`);
    await api.must('POST', `/flows/${flowId}/segments`, {
      object_id: objectId,
      timerange: '[1:500000000_2:500000000)',
    });
    const restored = await world.restoreSegments(flowId, 'timerange=_');
    expect(restored).toMatchObject({ restored_segments: 2, conflict_count: 2, remaining: false });
    expect(restored.conflicts.map(({ timerange, error }) => [timerange, error.type])).toEqual([
      [second(1), 'segment_overlap'],
      [second(2), 'segment_overlap'],
    ]);
    expect(await api.timeranges(flowId)).toEqual([second(0), '[1:500000000_2:500000000)', second(3)]);
    expect((await world.deleted('segments')).map(({ timerange }) => timerange)).toEqual([second(1), second(2)]);
    // Of what was deleted at the same place more than once, the one that was deleted last comes back.
    await api.must('DELETE', `/flows/${flowId}/segments`);
    expect(await world.restoreSegments(flowId, 'timerange=[0:0_2:0)')).toMatchObject({ restored_segments: 2 });
    expect(await world.restoreSegments(flowId, 'timerange=_')).toMatchObject({
      restored_segments: 2,
      conflict_count: 1,
    });
    expect(await api.timeranges(flowId)).toEqual(seconds(0, 4));
  });

  it('does not come back beside a flow of the same id, and each generation comes back by its deletion', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() });
    const path = `/flows/${flow.id}`;
    for (const [label, count] of [
      ['first', 2],
      ['second', 3],
    ] as const) {
      await api.must('PUT', path, { ...flow, label });
      await api.fill(flow.id, count);
      await api.must('DELETE', path);
      await sleep(2);
    }
    const generations = await world.deleted('flows', `flow_id=${flow.id}`);
    expect(generations.map(({ label }) => label)).toEqual(['first', 'second']);

    await api.must('PUT', path, { ...flow, label: 'third' });
    const refused = await world.post(`/internal${path}/restore`);
    expect([refused.status, typeOf(refused)]).toEqual([409, 'id_in_use']);
    const source = await world.post(`/internal/sources/${flow.source_id}/restore`);
    expect([source.status, typeOf(source)]).toEqual([409, 'id_in_use']);
    expect((await api.get<{ label: string }>(path)).label).toBe('third');
    await api.must('DELETE', path);

    const { deletion_id: first } = firstOf(generations);
    expect(await world.restoreFlow(flow.id, `deletion_id=${first}`)).toMatchObject({ restored_segments: 2 });
    expect((await api.get<{ label: string }>(path)).label).toBe('first');
    await api.must('DELETE', path);
    // Without a name it is the one deleted last, which is the first one again.
    expect(await world.restoreFlow(flow.id)).toMatchObject({ restored_segments: 2 });
    expect((await world.deleted('flows')).map(({ label }) => label)).toEqual(['second', 'third']);
  });

  it('is refused under a source that has another format by now', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const flowId = await api.newFlow();
    const sourceId = await sourceOf(world, flowId);
    await api.must('DELETE', `/flows/${flowId}`);
    const multi = { id: randomUUID(), source_id: sourceId, format: 'urn:x-nmos:format:multi' };
    await api.must('PUT', `/flows/${multi.id}`, multi);
    const refused = await world.post(`/internal/flows/${flowId}/restore`);
    expect([refused.status, typeOf(refused)]).toEqual([409, 'id_in_use']);
    expect(await world.deleted('flows')).toHaveLength(1);
  });

  it('gets its collections back, as far as their flows exist', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const [kept, gone] = [await api.newFlow(), await api.newFlow()];
    const flow_collection = [kept, gone].map((id) => ({ id, role: 'part' }));
    const middle = await api.newFlow({ flow_collection });
    const beside = await api.newFlow();
    const items = [
      { id: middle, role: 'main' },
      { id: beside, role: 'other' },
    ];
    const [outer, goneOuter] = [
      await api.newFlow({ flow_collection: items }),
      await api.newFlow({ flow_collection: items }),
    ];
    await api.must('DELETE', `/flows/${middle}`);
    expect(await api.get(`/flows/${outer}/flow_collection`)).toEqual([items[1]]);
    await api.must('DELETE', `/flows/${gone}`);
    await api.must('DELETE', `/flows/${goneOuter}`);

    const { left_out } = await world.restoreFlow(middle);
    expect(left_out).toEqual({ members: [gone], collected_by: [goneOuter] });
    expect(await api.get(`/flows/${middle}/flow_collection`)).toEqual([{ id: kept, role: 'part' }]);
    expect(await api.get(`/flows/${outer}/flow_collection`)).toEqual(items);
    expect((await api.get<{ collected_by: string[] }>(`/flows/${middle}`)).collected_by).toEqual([outer]);
    // A flow that would collect itself through others stays out.
    await api.must('DELETE', `/flows/${kept}`);
    await api.must('DELETE', `/flows/${middle}`);
    expect((await world.restoreFlow(kept)).left_out.collected_by).toEqual([middle]);
    await api.must('PUT', `/flows/${kept}/flow_collection`, [{ id: outer, role: 'loop' }]);
    expect((await world.restoreFlow(middle)).left_out).toEqual({ members: [], collected_by: [] });
    // A collection that is read-only by now stays as it is.
    const member = await api.newFlow();
    const locked = await api.newFlow({ flow_collection: [{ id: member, role: 'part' }] });
    await api.must('DELETE', `/flows/${member}`);
    await api.must('PUT', `/flows/${locked}/read_only`, true);
    expect((await world.restoreFlow(member)).left_out.collected_by).toEqual([locked]);
    expect(await api.get(`/flows/${locked}/flow_collection`)).toEqual([]);
  });

  it('can be a source, which comes back with its last flow', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const flowId = await filledFlow(world, 2);
    const sourceId = await sourceOf(world, flowId);
    const other = await api.newFlow({ source_id: sourceId });
    await api.must('DELETE', `/flows/${other}`);
    await api.must('PUT', `/sources/${sourceId}/description`, 'worth keeping');
    await api.must('DELETE', `/flows/${flowId}`);
    const restored = await api.must('POST', `/internal/sources/${sourceId}/restore`);
    expect(restored).toMatchObject({ flow_id: flowId, restored_segments: 2 });
    expect(await api.get(`/sources/${sourceId}`)).toMatchObject({ description: 'worth keeping' });
    expect(await world.restoreFlow(other)).toMatchObject({ restored_segments: 0 });

    // A flow that moves to another source takes the last away without being deleted.
    const moved = await api.newFlow();
    const left = await sourceOf(world, moved);
    await api.must('PUT', `/flows/${moved}`, videoFlow({ id: moved, source_id: sourceId }));
    expect(await world.deleted('sources')).toMatchObject([{ id: left }]);
    const refused = await world.post(`/internal/sources/${left}/restore`);
    expect([refused.status, typeOf(refused)]).toEqual([409, 'no_flow_to_restore']);
  });

  it('is 404 where there is none of it', async (context) => {
    const world = await TrashWorld.start(context);
    const id = randomUUID();
    const flowId = await world.api.newFlow();
    for (const [method, path] of [
      ['POST', `/internal/flows/${id}/restore`],
      ['POST', `/internal/flows/${flowId}/restore`],
      ['POST', `/internal/sources/${id}/restore`],
      ['POST', `/internal/flows/${id}/segments/restore?timerange=_`],
      ['DELETE', `/internal/deleted/${id}`],
      ['DELETE', '/internal/deleted/flows'],
    ] as const) {
      const answer = await world.api.send(method, path);
      expect([answer.status, typeOf(answer)], path).toEqual([404, 'not_found']);
    }
  });

  it('is listed in pages', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const flows = [await filledFlow(world, 5), await filledFlow(world, 2), await filledFlow(world, 0)];
    for (const id of flows) await api.must('DELETE', `/flows/${id}`);
    for (const limit of [1, 2, 3]) {
      expect(
        (await api.all<{ id: string }>(`/internal/deleted/flows?limit=${limit}`)).map(({ id }) => id),
      ).toHaveLength(3);
      const segments = await api.all<{ flow_id: string; timerange: string }>(
        `/internal/deleted/segments?limit=${limit}`,
      );
      expect(new Set(segments.map((segment) => `${segment.flow_id} ${segment.timerange}`)).size).toBe(7);
      const ofOne = await api.all(`/internal/deleted/segments?limit=${limit}&flow_id=${firstOf(flows)}`);
      expect(ofOne).toHaveLength(5);
    }
    expect(new Set((await world.deleted('flows')).map(({ id }) => id))).toEqual(new Set(flows));
    const head = await api.send('HEAD', '/internal/deleted/flows?limit=1');
    expect([head.status, head.headers.get('x-paging-limit'), head.text]).toEqual([200, '1', '']);
    const cursor = await api.send('GET', '/internal/deleted/flows?page=nonsense');
    expect([cursor.status, typeOf(cursor)]).toEqual([400, 'invalid_cursor']);
  });

  it('is told of as gone, and as new when it comes back', async (context) => {
    const world = await TrashWorld.start(context, REACH_RECEIVERS);
    const { api } = world;
    const receiver = await WebhookReceiver.start();
    context.onTestFinished(() => receiver.close());
    const flowId = await filledFlow(world, 2);
    const events = ['flows/created', 'flows/deleted', 'flows/segments_added', 'sources/created', 'sources/deleted'];
    await api.must('POST', '/service/webhooks', { url: receiver.url, events });
    await api.must('DELETE', `/flows/${flowId}`);
    await world.restoreFlow(flowId);
    const told = await receiver.events(5);
    expect(told.map(({ event_type }) => event_type).sort()).toEqual(events.sort());
    const added = told.find(({ event_type }) => event_type === 'flows/segments_added');
    expect(added?.event).toMatchObject({
      flow_id: flowId,
      segments: [{ timerange: second(0) }, { timerange: second(1) }],
    });
  });
});

describe('with SOFT_DELETE, a deletion that goes on after its answer', () => {
  const begin = async (context: TestContext, count: number) => {
    const world = await TrashWorld.start(context, { DELETE_SYNC_MAX: '1' });
    const flowId = await filledFlow(world, count);
    return { world, flowId };
  };

  it('moves a flow step by step, under the id of its request', async (context) => {
    const { world, flowId } = await begin(context, 1700);
    const { api } = world;
    const { id } = await api.must<Deletion>('DELETE', `/flows/${flowId}`);
    expect(await world.deleted('flows')).toMatchObject([{ id: flowId, deletion_id: id }]);
    const early = await world.post(`/internal/flows/${flowId}/restore`);
    if (early.status !== 200) expect([early.status, typeOf(early)]).toEqual([409, 'deletion_unfinished']);
    expect(early.status, 'the deletion was done before it could be looked at').toBe(409);
    const purge = await api.send('DELETE', `/internal/deleted/${id}`);
    expect([purge.status, typeOf(purge)]).toEqual([409, 'deletion_unfinished']);
    await api.deletionDone(id);
    expect(await world.deleted('segments', `deletion_id=${id}`)).toHaveLength(1700);
    expect(await world.restoreFlow(flowId)).toMatchObject({ restored_segments: 1700, remaining: false });
    const back = await api.all<{ timerange: string }>(`/flows/${flowId}/segments?limit=1000`);
    expect(back.map(({ timerange }) => timerange)).toEqual(seconds(0, 1700));
  });

  it('moves segments step by step', async (context) => {
    const { world, flowId } = await begin(context, 1200);
    const { api } = world;
    const { id } = await api.must<Deletion>('DELETE', `/flows/${flowId}/segments?timerange=[100:0_1100:0)`);
    await api.deletionDone(id);
    expect(await world.deleted('segments')).toHaveLength(1000);
    expect(await world.restoreSegments(flowId, `deletion_id=${id}`)).toMatchObject({ restored_segments: 1000 });
    const back = await api.all<{ timerange: string }>(`/flows/${flowId}/segments?limit=1000`);
    expect(back.map(({ timerange }) => timerange)).toEqual(seconds(0, 1200));
  });

  it('is restored by several requests where it is long, also over a restart', async (context) => {
    const { world, flowId } = await begin(context, 5_200);
    const { id } = await world.api.must<Deletion>('DELETE', `/flows/${flowId}`);
    await world.api.deletionDone(id);
    const first = await world.restoreFlow(flowId);
    expect(first).toMatchObject({ restored_segments: 5_000, remaining: true });
    expect(await world.deleted('flows')).toMatchObject([{ id: flowId }]);
    await world.restart();
    expect(await world.restoreFlow(flowId)).toMatchObject({
      restored_segments: 200,
      remaining: false,
      deletion_id: id,
      left_out: { members: [], collected_by: [] },
    });
    expect(await world.api.all(`/flows/${flowId}/segments?limit=1000`)).toHaveLength(5_200);
    const again = await world.post(`/internal/flows/${flowId}/restore`);
    expect([again.status, typeOf(again)]).toEqual([404, 'not_found']);
  });

  it('says from where on segments remain', async (context) => {
    const { world, flowId } = await begin(context, 5_200);
    const { id } = await world.api.must<Deletion>('DELETE', `/flows/${flowId}/segments`);
    await world.api.deletionDone(id);
    const first = await world.restoreSegments(flowId, `deletion_id=${id}&timerange=_`);
    expect(first).toMatchObject({ restored_segments: 5_000, remaining: true });
    const rest = encodeURIComponent(first.timerange_remaining ?? '');
    const second = await world.restoreSegments(flowId, `deletion_id=${id}&timerange=${rest}`);
    expect(second).toMatchObject({ restored_segments: 200, remaining: false });
    expect(second).not.toHaveProperty('timerange_remaining');
  });
});

describe('what was deleted', () => {
  it('keeps its media until the retention is over, and not longer', async (context) => {
    const world = await TrashWorld.start(context, { SOFT_DELETE_RETENTION_S: '600' });
    const { api } = world;
    const flowId = await filledFlow(world, 3);
    await api.must('DELETE', `/flows/${flowId}/segments?timerange=[0:0_1:0)`);
    await api.must('DELETE', `/flows/${flowId}`);
    later(500);
    await world.lookForDue();
    expect(await world.mediaFiles()).toBe(1);
    expect(await world.deleted('segments')).toHaveLength(3);
    later(200);
    await world.untilNoFiles();
    for (const kind of ['flows', 'sources', 'segments'] as const) expect(await world.deleted(kind)).toEqual([]);
    expect((await world.post(`/internal/flows/${flowId}/restore`)).status).toBe(404);
  });

  it('goes at once where it is purged, alone or all together', async (context) => {
    const world = await TrashWorld.start(context);
    const { api } = world;
    const [one, other] = [await filledFlow(world, 3), await filledFlow(world, 2)];
    await api.must('DELETE', `/flows/${one}`);
    await api.must('DELETE', `/flows/${other}`);
    const { deletion_id: deletionId } = firstOf(await world.deleted('flows', `flow_id=${one}`));
    expect(await api.must('DELETE', `/internal/deleted/${deletionId}`)).toEqual({
      flows: 1,
      sources: 1,
      segments: 3,
      remaining: false,
    });
    expect(await world.deleted('flows')).toMatchObject([{ id: other }]);
    expect(await api.must('DELETE', '/internal/deleted')).toMatchObject({ flows: 1, segments: 2, remaining: false });
    await world.untilNoFiles();
  });

  it('keeps an object that only the trash uses, and loses none that is used again', async (context) => {
    const world = await TrashWorld.start(context, { ALLOCATION_EXPIRY_S: '300', PRESIGN_EXPIRES_S: '300' });
    const { api } = world;
    const [flowId, other] = [await filledFlow(world, 2), await api.newFlow()];
    const objectId = firstOf(await api.segments(flowId)).object_id;
    await api.must('DELETE', `/flows/${flowId}`);
    later(305);
    // The allocation is due by now, and the reclaim looks at it.
    await world.lookForDue();
    expect(await world.mediaFiles()).toBe(1);
    await api.must('POST', `/flows/${other}/segments`, { object_id: objectId, timerange: second(0) });
    await api.must('DELETE', '/internal/deleted');
    await world.lookForDue();
    expect(await world.mediaFiles()).toBe(1);
    await api.must('DELETE', `/flows/${other}/segments`);
    await api.must('DELETE', '/internal/deleted');
    await world.untilNoFiles();
  });

  it('is kept for its time when the option is switched off, and cannot be restored meanwhile', async (context) => {
    const world = await TrashWorld.start(context);
    const flowId = await filledFlow(world, 2);
    await world.api.must('DELETE', `/flows/${flowId}`);
    await world.restart({ SOFT_DELETE: 'false', SOFT_DELETE_RETENTION_S: '600', LOG_LEVEL: 'error' });
    expect((await world.post(`/internal/flows/${flowId}/restore`)).status).toBe(404);
    expect((await world.api.send('GET', '/internal/deleted/flows')).status).toBe(404);
    const fresh = await filledFlow(world, 1);
    await world.api.must('DELETE', `/flows/${fresh}`);
    await world.lookForDue();
    // The one that was deleted without the option is gone, and its object with it.
    expect(await world.mediaFiles()).toBe(1);
    await world.restart();
    expect(await world.restoreFlow(flowId)).toMatchObject({ restored_segments: 2 });
    expect(await world.deleted('flows')).toEqual([]);
    await world.api.must('DELETE', `/flows/${flowId}`);
    await world.restart({ SOFT_DELETE: 'false', SOFT_DELETE_RETENTION_S: '1', LOG_LEVEL: 'error' });
    later(2);
    await world.untilNoFiles();
  });
});

describe('without SOFT_DELETE', () => {
  it('nothing is kept, and there is nothing at these paths', async (context) => {
    const world = await TrashWorld.start(context, { SOFT_DELETE: 'false' });
    const flowId = await filledFlow(world, 2);
    await world.api.must('DELETE', `/flows/${flowId}`);
    await world.untilNoFiles();
    for (const kind of ['flows', 'sources', 'segments']) {
      expect((await world.api.send('GET', `/internal/deleted/${kind}`)).status).toBe(404);
    }
    expect((await world.api.send('DELETE', '/internal/deleted')).status).toBe(404);
    await world.restart();
    for (const kind of ['flows', 'sources', 'segments'] as const) expect(await world.deleted(kind)).toEqual([]);
  });
});
