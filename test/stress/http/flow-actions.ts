import type { Random } from '../support/random.ts';
import { headerOf } from './api-client.ts';
import type { Action, StressWorld } from './stress-world.ts';
import { timerangeOf } from './timeline-model.ts';
import { untilDone } from './write-actions.ts';

const MAX_SEGMENTS = 200;

/** The body that creates a flow. */
export function flowBody(id: string, sourceId: string, label: string): Record<string, unknown> {
  return {
    id,
    source_id: sourceId,
    label,
    format: 'urn:x-nmos:format:video',
    codec: 'video/h264',
    container: 'video/mp2t',
    essence_parameters: { frame_width: 1920, frame_height: 1080, frame_rate: { numerator: 25 } },
  };
}

/** The tags of a flow are one text: writers of different tags must not undo each other's. */
export function putTag(name: string): Action {
  let count = 0;
  return async ({ client, models }, random) => {
    const model = random.pick(models);
    if (model === undefined) return;
    const value = `${++count}`;
    const { status } = await client.call('PUT tag', `/flows/${model.flowId}/tags/${name}`, [204], {
      method: 'PUT',
      json: value,
    });
    if (status === 204) model.tags.set(name, value);
  };
}

/** The life of a flow of external media, from its creation to its deletion. */
export const liveAndDie: Action = async ({ client, report }, random) => {
  const [id, sourceId] = [random.uuid(), random.uuid()];
  const flow = `/flows/${id}`;
  await client.call('PUT flow', flow, [201], { method: 'PUT', json: flowBody(id, sourceId, 'Short-lived') });
  const segments = externalSegments(random);
  await client.call('POST segments (a list)', `${flow}/segments`, [201], { method: 'POST', json: segments });
  await client.call('GET source', `/sources/${sourceId}`, [200]);
  const deleted = await client.call('DELETE flow', flow, [202, 204], { method: 'DELETE' });
  await client.call('GET flow (gone)', flow, [404]);
  const location = headerOf(deleted, 'location');
  if (deleted.status === 202 && location !== undefined) await untilDone(client, location);
  const source = await client.call('GET source (gone)', `/sources/${sourceId}`, [404]);
  report.check('a source goes with its last flow', source.status === 404, () => sourceId);
};

function externalSegments(random: Random): unknown[] {
  return Array.from({ length: random.int(1, MAX_SEGMENTS) }, (_, slot) => ({
    object_id: random.uuid(),
    timerange: timerangeOf(slot, slot + 1),
    get_urls: [{ label: 'elsewhere', url: `https://media.example.com/${slot}` }],
  }));
}

/** Requests that must be refused, with a clear 4xx. */
export const nonsense: Action = async ({ client, models }: StressWorld, random) => {
  const flow = `/flows/${random.pick(models)?.flowId ?? ''}`;
  const tries: readonly (readonly [string, number, unknown?])[] = [
    [`${flow}/segments?timerange=[5:0)`, 400],
    [`${flow}/segments?limit=0`, 400],
    [`${flow}/segments?page=nonsense`, 400],
    ['/flows/..%2F..%2Fetc', 404],
    [`/flows/${random.uuid()}`, 404],
    [`${flow}/segments`, 400, { object_id: "'; DROP TABLE flows; --", timerange: '[0:0_1:0)' }],
    [`${flow}/segments`, 400, { object_id: 7, timerange: true }],
    [`${flow}/segments`, 400, [null]],
  ];
  const [target, status, json] = random.pick(tries) ?? ['/flows?limit=-1', 400];
  await client.call('nonsense', target, [status], json === undefined ? {} : { method: 'POST', json });
};
