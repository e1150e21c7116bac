import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import { headerOf, jsonOf } from './api-client.ts';
import type { Action, ListedSegment, StressWorld } from './stress-world.ts';
import { type Placement, slotsOf, type TimelineModel, timerangeOf, type Zone, ZONE_SLOTS } from './timeline-model.ts';

const ALLOCATION = 50;
const MAX_BULK = 20;
const MAX_SLOTS = 3;
const MAX_UPLOAD_BYTES = 32 * 1024;
const CONTAINER = 'video/mp2t';
const POLL_MS = 10;

interface Failure {
  readonly object_id: string;
  readonly timerange: string;
  readonly error: { readonly type: string };
}

/** Posts one segment or a few at random places of a zone: many of them collide, and one of each two must win. */
export const postSegments: Action = async (world, random) => {
  const model = random.pick(world.models);
  const zone = model && random.pick(model.zones);
  if (model === undefined || zone === undefined) return;
  await zone.lock.shared(async () => {
    const bulk = random.chance(0.4);
    const placements: Placement[] = [];
    for (let left = bulk ? random.int(1, MAX_BULK) : 1; left > 0; left--) {
      const placement = await place(world, random, model, zone);
      if (placement !== undefined) placements.push(placement);
    }
    const [first] = placements;
    if (first === undefined) return;
    const inputs = placements.map(({ objectId, start, end }) => ({
      object_id: objectId,
      timerange: timerangeOf(start, end),
    }));
    const { status, body } = await world.client.call(
      bulk ? 'POST segments (a list)' : 'POST segment',
      `/flows/${model.flowId}/segments`,
      bulk ? [200, 201] : [201, 400],
      { method: 'POST', json: bulk ? inputs : inputs[0] },
    );
    const text = body.toString('utf8');
    let failures: Failure[] = [];
    if (status === 200) failures = (JSON.parse(text) as { failed_segments: Failure[] }).failed_segments;
    else if (status === 400) failures = [{ ...inputs[0], error: JSON.parse(text) as Failure['error'] } as Failure];
    settle(world, placements, failures);
  });
};

async function place(
  world: StressWorld,
  random: Random,
  model: TimelineModel,
  zone: Zone,
): Promise<Placement | undefined> {
  const slots = random.int(1, MAX_SLOTS + 1);
  const start = zone.firstSlot + random.int(0, ZONE_SLOTS - slots);
  const other = random.chance(0.1) ? random.pick(world.models) : undefined;
  const reused = other === undefined ? undefined : random.pick(other.live())?.objectId;
  const objectId = reused ?? (await spareObject(world, random, model));
  return objectId === undefined ? undefined : model.begin(objectId, start, start + slots);
}

async function spareObject(world: StressWorld, random: Random, model: TimelineModel): Promise<string | undefined> {
  if (model.spareObjects.length === 0) await allocate(world, random, model);
  return model.spareObjects.pop();
}

async function allocate({ client, uploads }: StressWorld, random: Random, model: TimelineModel): Promise<void> {
  const call = { method: 'POST', json: { limit: ALLOCATION } } as const;
  const answer = await client.call('POST storage', `/flows/${model.flowId}/storage`, [201], call);
  if (answer.status !== 201) return;
  const { media_objects: objects } = jsonOf<{
    media_objects: { object_id: string; put_url: { url: string } }[];
  }>(answer);
  const [uploaded] = objects;
  if (uploaded !== undefined) {
    const body = Buffer.alloc(random.int(1, MAX_UPLOAD_BYTES), uploaded.object_id);
    const upload = { method: 'PUT', bytes: { body, contentType: CONTAINER } } as const;
    await client.call('PUT media', uploaded.put_url.url, [200], upload);
    uploads.set(uploaded.object_id, body);
  }
  model.spareObjects.push(...objects.map(({ object_id: id }) => id));
}

/** Compares what the server made of the segments with what it may make of them. */
function settle({ report }: StressWorld, placements: readonly Placement[], failures: readonly Failure[]): void {
  const refused = new Map(
    failures.map((failure) => [`${failure.object_id}@${slotsOf(failure.timerange).start}`, failure]),
  );
  const now = performance.now();
  for (const placement of placements) {
    placement.state = refused.has(`${placement.objectId}@${placement.start}`) ? 'refused' : 'live';
    placement.answeredAt = now;
  }
  for (const placement of placements) {
    const { flow, objectId, start, end } = placement;
    const told = (): string => `${flow.flowId} ${timerangeOf(start, end)} ${objectId}`;
    const others = flow.overlapping(placement);
    if (placement.state === 'live') {
      const double = others.find(({ state }) => state === 'live');
      report.check('no overlapping segments are acknowledged', double === undefined, told);
      continue;
    }
    const type = refused.get(`${objectId}@${start}`)?.error.type;
    if (type === 'unknown_object') {
      report.check('objects in use are known', !isUsed(placement), told);
      continue;
    }
    // One that was under way at the same time, and was refused in the end, may have been in the way of none.
    const inTheWay = others.some(
      ({ state, answeredAt }) => state === 'live' || state === 'pending' || answeredAt >= placement.begunAt,
    );
    report.check('only overlapping segments are refused', type === 'segment_overlap' && inTheWay, () => {
      return `${told()}: ${type ?? 'no reason'}`;
    });
    flow.spareObjects.push(...(isSpare(placement) ? [objectId] : []));
  }
}

/** Whether its object has been in use all the time since the request began, as far as its own flow knows. */
function isUsed({ flow, objectId, begunAt }: Placement): boolean {
  return [...flow.all()].some(
    (other) => other.objectId === objectId && other.state === 'live' && other.answeredAt < begunAt,
  );
}

/** Whether no other segment of its flow was ever asked for with its object. */
function isSpare(placement: Placement): boolean {
  const { flow, objectId } = placement;
  return ![...flow.all()].some((other) => other !== placement && other.objectId === objectId);
}

/** Deletes a part of a zone, and looks whether exactly that is gone. */
export const deleteRange: Action = async (world, random) => {
  const model = random.pick(world.models);
  const zone = model && random.pick(model.zones);
  if (model === undefined || zone === undefined) return;
  await zone.lock.exclusive(async () => {
    const from = zone.firstSlot + random.int(0, ZONE_SLOTS / 2);
    const to = random.int(from + 1, zone.firstSlot + ZONE_SLOTS + 1);
    const covered = model.live().filter(({ start, end }) => start >= from && end <= to);
    const begun = performance.now();
    for (const placement of covered) Object.assign(placement, { state: 'deleting', deletingAt: begun });
    await deleteSegments(world, model, timerangeOf(from, to));
    const ended = performance.now();
    for (const placement of covered) Object.assign(placement, { state: 'gone', goneAt: ended });
    model.forgetOld();

    const left = await world.client.json<ListedSegment[]>(
      'GET segments (window)',
      `/flows/${model.flowId}/segments?timerange=${timerangeOf(from, to)}&limit=1000&accept_get_urls=`,
    );
    const expected = model.live().filter(({ start, end }) => start < to && end > from);
    const found = left.map(({ object_id: id, timerange }) => `${id}@${timerange}`).join(' ');
    const known = expected.map(({ objectId, start, end }) => `${objectId}@${timerangeOf(start, end)}`).join(' ');
    world.report.check('deletes take what they cover, and nothing else', found === known, () => {
      return `${model.flowId} has [${found}] instead of [${known}]`;
    });
  });
};

async function deleteSegments({ client }: StressWorld, model: TimelineModel, timerange: string): Promise<void> {
  const target = `/flows/${model.flowId}/segments?timerange=${timerange}`;
  const answer = await client.call('DELETE segments', target, [202, 204], { method: 'DELETE' });
  const location = headerOf(answer, 'location');
  if (answer.status === 202 && location !== undefined) await untilDone(client, location);
}

/** Follows a deletion request to its end. */
export async function untilDone(client: StressWorld['client'], location: string): Promise<void> {
  for (;;) {
    const { status } = await client.json<{ status: string }>('GET deletion request', location);
    if (status === 'done') return;
    await pause(POLL_MS);
  }
}
