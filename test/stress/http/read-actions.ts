import { flowId, objectId, timerange } from '../../bench/support/dataset.ts';
import { type Answer, headerOf, jsonOf } from './api-client.ts';
import type { Action, ListedSegment, StressWorld } from './stress-world.ts';
import { slotsOf, type TimelineModel, timerangeOf } from './timeline-model.ts';

const WINDOW = 100;

/** Pages through a whole flow while others write to it. */
export const listSegments: Action = async (world, random) => {
  const model = random.pick(world.models);
  if (model === undefined) return;
  const begunAt = performance.now();
  const reverse = random.chance(0.3);
  const found = await listAll(world, model, { limit: random.int(10, 200), reverse });
  checkOrder(world, model, found, reverse);
  const listed = new Set<unknown>();
  for (const { object_id: id, timerange: range } of found) {
    const placement = model.find(id, slotsOf(range).start);
    listed.add(placement);
    const explained = placement !== undefined && placement.state !== 'refused' && placement.goneAt >= begunAt;
    world.report.check('listings hold nothing that is not there', explained, () => {
      return `${model.flowId}: ${id} ${range} is ${placement?.state ?? 'unknown'}`;
    });
  }
  const endedAt = performance.now();
  for (const placement of model.all()) {
    const { state, answeredAt, deletingAt, objectId: id, start, end } = placement;
    if (state === 'refused' || answeredAt > begunAt || deletingAt < endedAt) continue;
    world.report.check('listings are complete under paging', listed.has(placement), () => {
      return `${model.flowId} lacks ${id} ${timerangeOf(start, end)}`;
    });
  }
};

/** All segments of a flow, page by page. */
export async function listAll(
  { client, report }: StressWorld,
  model: TimelineModel,
  { limit, reverse }: { limit: number; reverse: boolean },
): Promise<ListedSegment[]> {
  const found: ListedSegment[] = [];
  const query = `limit=${limit}&reverse_order=${reverse}&accept_get_urls=`;
  for (let next: string | undefined = `/flows/${model.flowId}/segments?${query}`; next !== undefined;) {
    const answer: Answer = await client.call('GET segments (page)', next, [200]);
    const page = jsonOf<ListedSegment[]>(answer);
    const count = headerOf(answer, 'x-paging-count');
    report.check('pages say how much they hold', Number(count) === page.length && page.length <= limit, () => {
      return `${page.length} segments, x-paging-count ${count ?? 'none'}, limit ${limit}`;
    });
    found.push(...page);
    next = nextOf(answer);
  }
  return found;
}

/** The URL of the next page, from the Link header. */
export function nextOf(answer: Answer): string | undefined {
  return /<([^>]+)>; *rel="?next"?/.exec(headerOf(answer, 'link') ?? '')?.[1];
}

function checkOrder(
  { report }: StressWorld,
  model: TimelineModel,
  found: readonly ListedSegment[],
  reverse: boolean,
): void {
  const slots = found.map(({ timerange: range }) => slotsOf(range));
  if (reverse) slots.reverse();
  const wrong = slots.find(({ start }, index) => start < (slots[index - 1]?.end ?? 0));
  report.check('listings are in order, without overlap or repetition', wrong === undefined, () => {
    return `${model.flowId} at ${wrong?.start ?? ''} s`;
  });
}

/** Asks for a window of the archive, whose content is known. */
export const readWindow: Action = async ({ client, report, archive }, random) => {
  const flow = random.int(0, archive.flows);
  const first = random.int(0, archive.segmentsPerFlow - WINDOW);
  const query = `timerange=${timerange(first, WINDOW)}&limit=${WINDOW}`;
  const segments = await client.json<ListedSegment[]>(
    'GET segments (archive)',
    `/flows/${flowId(flow)}/segments?${query}`,
  );
  const right =
    segments.length === WINDOW && segments.every((each, at) => each.object_id === objectId(flow, first + at));
  report.check('windows hold what they should', right, () => `${flowId(flow)}, ${WINDOW} segments from ${first} on`);
  const signed = segments.every(({ get_urls: [url] }) => url !== undefined);
  report.check('segments have URLs', signed, () => flowId(flow));
};

export const readFlow: Action = async ({ client, models, archive }, random) => {
  const id = random.chance(0.5) ? random.pick(models)?.flowId : flowId(random.int(0, archive.flows));
  const query = random.chance(0.2) ? '?include_timerange=true' : '';
  await client.call('GET flow', `/flows/${id ?? ''}${query}`, [200]);
};

/** Pages through all flows while some come and go: those that stay must be there once. */
export const listFlows: Action = async ({ client, report, models, archive }, random) => {
  const ids: string[] = [];
  for (let next: string | undefined = `/flows?limit=${random.int(5, 50)}`; next !== undefined;) {
    const answer: Answer = await client.call('GET flows (page)', next, [200]);
    ids.push(...jsonOf<{ id: string }[]>(answer).map(({ id }) => id));
    next = nextOf(answer);
  }
  const found = new Set(ids);
  report.check('listings of flows do not repeat', found.size === ids.length, () => `${ids.length - found.size} times`);
  const stable = [
    ...models.map((model) => model.flowId),
    ...Array.from({ length: archive.flows }, (_, i) => flowId(i)),
  ];
  const missing = stable.find((id) => !found.has(id));
  report.check('listings of flows are complete', missing === undefined, () => missing ?? '');
};

/** Downloads an object that was uploaded and that a segment uses. */
export const download: Action = async ({ client, report, models, uploads }, random) => {
  const model = random.pick(models);
  const placement = model && random.pick(model.live().filter(({ objectId: id }) => uploads.has(id)));
  const zone = placement && placement.flow.zoneAt(placement.start);
  if (placement === undefined || zone === undefined) return;
  await zone.lock.shared(async () => {
    if (placement.state !== 'live') return;
    const { objectId: id, start, end, flow } = placement;
    const query = `object_id=${id}&timerange=${timerangeOf(start, end)}`;
    const [segment] = await client.json<ListedSegment[]>(
      'GET segments (object)',
      `/flows/${flow.flowId}/segments?${query}`,
    );
    const url = segment?.get_urls[0]?.url;
    report.check('segments have URLs', url !== undefined, () => `${flow.flowId} ${id}`);
    if (url === undefined) return;
    const { body } = await client.call('GET media', url, [200]);
    const expected = uploads.get(id);
    report.check('media are what was uploaded', expected?.equals(body) === true, () => `${id}: ${body.length} bytes`);
  });
};
