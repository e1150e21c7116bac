import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowInput } from '../../../src/tams/flows/flow.ts';
import type { MediaObject } from '../../../src/tams/objects/media-object.ts';
import { ObjectReclaim } from '../../../src/tams/objects/object-reclaim.ts';
import { ServiceInfoService } from '../../../src/tams/service/service-info-service.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { newFlow, type Replica, Replicas } from './support/replicas.ts';

/** Each of these breaks where two transactions that do not write a same row both commit. */

const NO_MEDIA = { get: () => undefined, default: undefined, all: () => [] };

let replicas: Replicas;
beforeAll(async () => {
  replicas = await Replicas.onTestTables(2);
});
afterAll(() => replicas.close());

const put = ({ flows }: Replica, flow: FlowInput) => flows.put(flow.id, () => flow, 'test');

async function existing(more: Parameters<typeof newFlow>[0] = {}): Promise<FlowInput> {
  const flow = newFlow(more);
  await put(replicas.first, flow);
  return flow;
}

/** How two calls at once ended: what they returned, or the code of their error. */
async function outcomes(...calls: Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((each) => {
    if (each.status === 'fulfilled') return each.value;
    if (each.reason instanceof AppError) return each.reason.code;
    throw each.reason;
  });
}

const count = (table: string, column: string, value: string): Promise<number> =>
  replicas.first.manager.count(table, eq(column, value));

const segment = (second: number, objectId: string, urls = true) => ({
  object_id: objectId,
  timerange: `[${second}:0_${second + 1}:0)`,
  ...(urls ? { get_urls: [{ url: 'https://elsewhere.example/object' }] } : {}),
});

describe('flows and sources of two replicas', () => {
  it('are made once, whoever puts them', async () => {
    const [one, other] = replicas.atOnce();
    const flow = newFlow();
    const created = (await Promise.all([put(one, flow), put(other, flow)])).map((result) => result.created);
    expect(created.sort()).toEqual([false, true]);
    expect([await count('flows', 'id', flow.id), await count('sources', 'id', flow.source_id)]).toEqual([1, 1]);
  });

  it('make one source for two flows', async () => {
    const [one, other] = replicas.atOnce();
    const flow = newFlow();
    await Promise.all([put(one, flow), put(other, newFlow({ source_id: flow.source_id }))]);
    expect(await count('sources', 'id', flow.source_id)).toBe(1);
  });

  it('leave no source behind when its last two flows go', async () => {
    const [one, other] = replicas.atOnce();
    const flow = await existing();
    const { id } = await existing({ source_id: flow.source_id });
    await Promise.all([one.flows.delete(flow.id, 'test'), other.flows.delete(id, 'test')]);
    expect(await count('sources', 'id', flow.source_id)).toBe(0);
  });

  it('keep the source of a flow that comes when the last one goes', async () => {
    const [one, other] = replicas.atOnce();
    const flow = await existing();
    await Promise.all([one.flows.delete(flow.id, 'test'), put(other, newFlow({ source_id: flow.source_id }))]);
    expect(await count('sources', 'id', flow.source_id)).toBe(1);
  });

  it('keep the source that a flow moves to when the last one goes', async () => {
    const [one, other] = replicas.atOnce();
    const [flow, moving] = [await existing(), await existing()];
    await Promise.all([one.flows.delete(flow.id, 'test'), put(other, { ...moving, source_id: flow.source_id })]);
    expect(await count('sources', 'id', flow.source_id)).toBe(1);
    expect(await count('sources', 'id', moving.source_id)).toBe(0);
  });

  it('leave no source behind when one flow moves away and the other goes', async () => {
    const [one, other] = replicas.atOnce();
    const flow = await existing();
    const moving = await existing({ source_id: flow.source_id });
    await Promise.all([one.flows.delete(flow.id, 'test'), put(other, { ...moving, source_id: randomUUID() })]);
    expect(await count('sources', 'id', flow.source_id)).toBe(0);
  });
});

describe('collections of two replicas', () => {
  const collecting = (flow: FlowInput, id: string): FlowInput => ({ ...flow, flow_collection: [{ id, role: 'part' }] });

  it('make no circle of two', async () => {
    const [one, other] = replicas.atOnce();
    const [a, b] = [await existing(), await existing()];
    const ends = await outcomes(put(one, collecting(a, b.id)), put(other, collecting(b, a.id)));
    expect(ends.filter((end) => end === 'invalid_flow_collection')).toHaveLength(1);
  });

  it('make no circle of three', async () => {
    const [one, other] = replicas.atOnce();
    const [b, c] = [await existing(), await existing()];
    const a = await existing({ flow_collection: [{ id: b.id, role: 'part' }] });
    const ends = await outcomes(put(one, collecting(b, c.id)), put(other, collecting(c, a.id)));
    expect(ends.filter((end) => end === 'invalid_flow_collection')).toHaveLength(1);
  });

  it('hold no flow that goes', async () => {
    const [one, other] = replicas.atOnce();
    const [member, collector] = [await existing(), newFlow()];
    await outcomes(one.flows.delete(member.id, 'test'), put(other, collecting(collector, member.id)));
    expect(await count('flow_collection_members', 'member_id', member.id)).toBe(0);
    const kept = await replicas.first.store.flows.find(collector.id);
    expect(kept?.document ?? '').not.toContain(member.id);
  });
});

describe('segments of two replicas', () => {
  it('never overlap', async () => {
    const [one, other] = replicas.atOnce();
    const flow = await existing();
    const [first, second] = [randomUUID(), randomUUID()];
    const refused = await Promise.all([
      one.registration.register(flow.id, [segment(0, first), segment(1, first)]),
      other.registration.register(flow.id, [segment(1, second), segment(2, second)]),
    ]);
    expect(refused.flat().map(({ error }) => error.code)).toEqual(['segment_overlap']);
    expect(await count('segments', 'flow_id', flow.id)).toBe(3);
  });

  it('are all in what the flow says it has', async () => {
    const [one, other] = replicas.atOnce();
    const flow = await existing();
    await Promise.all([
      one.registration.register(flow.id, [segment(0, randomUUID())]),
      other.registration.register(flow.id, [segment(5, randomUUID())]),
    ]);
    const state = await replicas.first.store.flows.state(flow.id);
    expect(state?.content).toMatchObject({ startNs: 0n, endNs: 6_000_000_000n, segments: { count: 2n } });
  });

  it('are refused by a flow that became read-only, or were there before', async () => {
    const [one, other] = replicas.atOnce();
    const flow = await existing();
    const [end] = await outcomes(
      one.registration.register(flow.id, [segment(0, randomUUID())]),
      other.flows.putProperty(flow.id, 'read_only', true, 'test'),
    );
    const state = await replicas.first.store.flows.state(flow.id);
    expect(state).toMatchObject({ readOnly: true, content: end === 'flow_read_only' ? null : { startNs: 0n } });
  });

  it('do not stay when their flow goes', async () => {
    const [one, other] = replicas.atOnce();
    const flow = await existing();
    await replicas.first.registration.register(flow.id, [segment(0, randomUUID())]);
    await outcomes(one.registration.register(flow.id, [segment(1, randomUUID())]), other.flows.delete(flow.id, 'test'));
    expect([await count('flows', 'id', flow.id), await count('segments', 'flow_id', flow.id)]).toEqual([0, 0]);
  });
});

describe('objects of two replicas', () => {
  const allocated = (id: string, firstFlow: string): MediaObject => ({
    id,
    firstFlow,
    firstLife: firstFlow,
    locations: null,
    externalUrls: [],
    referenced: false,
  });

  it('have one owner, whoever names them', async () => {
    const id = `object ${randomUUID()}`;
    const allocate = ({ store }: Replica): Promise<boolean> =>
      store.transaction(async (tx) => {
        if ((await tx.objects.taken([id])).size > 0) return false;
        await tx.objects.insertNamed([allocated(id, 'a flow')]);
        return true;
      });
    expect((await Promise.all(replicas.atOnce().map(allocate))).sort()).toEqual([false, true]);
    expect(await count('objects', 'id', id)).toBe(1);
  });

  it('are one where two flows name a new external one', async () => {
    const [one, other] = replicas.atOnce();
    const [a, b] = [await existing(), await existing()];
    const id = randomUUID();
    const refused = await Promise.all([
      one.registration.register(a.id, [segment(0, id)]),
      other.registration.register(b.id, [segment(0, id)]),
    ]);
    expect(refused).toEqual([[], []]);
    expect([await count('objects', 'id', id), await count('segments', 'object_id', id)]).toEqual([1, 2]);
  });

  it('are not reclaimed under a segment that begins to use them', async () => {
    const [one, other] = replicas.atOnce();
    const [a, b] = [await existing(), await existing()];
    const id = randomUUID();
    await replicas.first.registration.register(a.id, [segment(0, id)]);
    // Its last segment goes, and with no grace it is due at once.
    await replicas.first.flows.delete(a.id, 'test');
    const [end] = await outcomes(
      one.registration.register(b.id, [segment(0, id, false)]).then((refused) => refused[0]?.error.code),
      new ObjectReclaim(other.store, NO_MEDIA).reclaimDue(async () => undefined),
    );
    const used = await count('segments', 'object_id', id);
    expect(used).toBe(end === undefined ? 1 : 0);
    expect(await count('objects', 'id', id)).toBe(used);
  });
});

describe('single rows of two replicas', () => {
  it('are written once: the description of the service', async () => {
    const [one, other] = replicas.atOnce();
    const change = ({ store }: Replica, change: { name?: string; description?: string }): Promise<void> =>
      new ServiceInfoService(store, NO_MEDIA, '0', { object: 300, presignedUrl: 30 }).update(change);
    await Promise.all([change(one, { name: 'a' }), change(other, { description: 'b' })]);
    expect(await replicas.first.store.serviceInfo.get()).toEqual({ name: 'a', description: 'b' });
    expect(await count('service_info', 'key', 'service')).toBe(1);
  });

  it('are written once: a registration for events', async () => {
    const webhook = { url: 'https://receiver.example/', events: ['flows/created' as const] };
    await Promise.all(replicas.atOnce().map(({ store }) => store.transaction((tx) => tx.webhooks.save(webhook))));
    expect((await replicas.first.store.webhooks.list({ limit: 10 })).items).toHaveLength(1);
    expect(await count('counters', 'name', 'registrations_version')).toBe(1);
    await replicas.first.store.transaction((tx) => tx.webhooks.remove(webhook));
  });

  it('are written once: a lease', async () => {
    const name = `lease ${randomUUID()}`;
    const now = Date.now();
    const taken = await Promise.all(
      replicas
        .atOnce()
        .map(({ store }, owner) =>
          store.transaction((tx) => tx.leases.acquire([name], `owner ${owner}`, now, now + 10_000)),
        ),
    );
    expect(taken.filter((names) => names.has(name))).toHaveLength(1);
    expect(await count('leases', 'name', name)).toBe(1);
  });

  it('are written once: the steps of a deletion request', async () => {
    const flow = await existing();
    const segments = Array.from({ length: 1_001 }, (_, second) => segment(second, `${flow.id} ${second}`));
    await replicas.first.registration.register(flow.id, segments);
    const request = await replicas.first.deletion.run(async (tx) => {
      const state = await tx.flows.state(flow.id);
      if (state === undefined) throw new Error('the flow is there');
      return replicas.first.deletion.deleteSegments(tx, state, { timerange: TimeRange.EVERYTHING }, 'test');
    });
    if (request === undefined) throw new Error('that many segments make a request');
    const [one, other] = replicas.atOnce();
    const step = ({ deletion }: Replica): Promise<boolean> => deletion.step(request, async () => undefined);
    expect((await Promise.all([step(one), step(other)])).length).toBe(2);
    expect(await count('segments', 'flow_id', flow.id)).toBe(1);
    expect(await step(replicas.first)).toBe(false);
    const state = await replicas.first.store.flows.state(flow.id);
    expect(state).toMatchObject({ content: null, activeDeletions: 0 });
  });
});
