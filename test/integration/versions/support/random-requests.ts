import fc from 'fast-check';
import type { Version } from '../../../fixtures/tams/facts.ts';
import { audioFlow, dataFlow, imageFlow, multiFlow, testId, videoFlow } from '../../../support/examples.ts';

/**
 * A request as the definition has its path; `params` are in the order of its parameters. `A_WEBHOOK` stands for the id of one that
 * is there.
 */
export interface RandomRequest {
  readonly version: Version;
  readonly method: string;
  readonly path: string;
  readonly params: readonly string[];
  readonly json?: unknown;
}

export const A_WEBHOOK = 'the id of a webhook';

/** Few ids, so that requests meet. A flow's format goes by its number. */
export const FLOWS = Array.from({ length: 10 }, (_none, n) => testId('flow', n + 1));
const MAKERS = [videoFlow, audioFlow, imageFlow, dataFlow, multiFlow];
export const PROFILES = [testId('flow', 101), testId('flow', 102)];
export const ALLOCATED = ['one', 'two/2', 'drei ü', 'init'];
/** Of those that segments register with URLs elsewhere. */
const ELSEWHERE = ['shared', 'object 1', 'object 2'];
export const OBJECTS = [...ALLOCATED, ...ELSEWHERE];

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const version = pick<Version>('7.0', '8.2');
const tagValue = fc.oneof(pick<unknown>('', 'a', 'a,b', 'ü"'), fc.array(pick('a', 'b,c', ''), { maxLength: 3 }));
const tags = fc.dictionary(pick('site', 'a b', 'status', 'profile_id', 'flow_collection'), tagValue, { maxKeys: 3 });
const member = fc.record(
  { id: pick(...FLOWS), role: pick('', 'video', 'x'), container_mapping: pick({ track_index: 1 }) },
  { requiredKeys: ['id'] },
);
const collection = fc.uniqueArray(member, { maxLength: 3, selector: ({ id }) => id });
const uuid = pick('60af2ab4-e8a5-4c65-a09b-d35983680315', 'no uuid');

/** What may stand in a flow beside what it needs: of one version, of the other, or of neither. */
const flowMore = fc.record(
  {
    tags,
    label: pick('', 'a', 'b'),
    status: pick<unknown>('ingesting', 'closed_complete', 'mine', 1),
    profile_id: fc.oneof(pick(...PROFILES), uuid),
    flow_collection: collection,
    init_object: pick({ id: 'a' }),
    init_segments: fc.boolean(),
    vfr: fc.boolean(),
    container: pick('video/mp4', 'video/mp2t'),
    object_timerange: pick('x'),
    mine: pick<unknown>(1, { role: 'x' }, [{ init_segments: 1 }]),
  },
  { requiredKeys: [] },
);

const essenceMore = fc.record(
  { vfr: fc.boolean(), init_segments: pick<unknown>(true, false, 'x'), frame_rate: pick({ numerator: 50 }) },
  { requiredKeys: [] },
);

const technical = fc.tuple(fc.nat(FLOWS.length - 1), essenceMore, fc.boolean()).map(([n, more, hasRate]) => {
  const make = MAKERS[n % MAKERS.length] ?? videoFlow;
  const { essence_parameters: essence, ...rest } = {
    essence_parameters: undefined as object | undefined,
    ...make({ id: FLOWS[n] ?? '', source_id: testId('source', n + 1) }),
  };
  const { frame_rate: rate, ...others } = { frame_rate: undefined, ...essence };
  const all = { ...others, ...(hasRate && rate !== undefined && { frame_rate: rate }), ...more };
  return Object.keys(all).length === 0 && essence === undefined ? rest : { ...rest, essence_parameters: all };
});

const request = (
  method: string,
  path: string,
  params: fc.Arbitrary<readonly string[]>,
  json: fc.Arbitrary<unknown> = fc.constant(undefined),
  versions: fc.Arbitrary<Version> = version,
): fc.Arbitrary<RandomRequest> =>
  fc.record({ version: versions, method: fc.constant(method), path: fc.constant(path), params, json });

const none = fc.constant([]);
const flow = pick(...FLOWS.map((id) => [id]));
const source = pick(...FLOWS.map((_id, n) => [testId('source', n + 1)]));
const newer = pick<Version>('8.2');

const putFlow = fc.tuple(version, technical, flowMore, fc.boolean()).map(([at, base, more, isPlain]): RandomRequest => {
  const { id } = base;
  return {
    version: at,
    method: 'PUT',
    path: '/flows/{flowId}',
    params: [id],
    json: isPlain ? { ...base, tags: more.tags } : { ...base, ...more },
  };
});

const ofProfile = fc.tuple(fc.nat(FLOWS.length - 1), pick(...PROFILES)).map(([n, profile_id]): RandomRequest => {
  const id = FLOWS[n] ?? '';
  const json = { id, source_id: testId('source', n + 1), profile_id };
  return { version: '8.2', method: 'PUT', path: '/flows/{flowId}', params: [id], json };
});

const segment = fc.tuple(fc.nat(30), pick(...ALLOCATED), fc.boolean()).chain(([at, object, isOwn]) =>
  fc.record(
    {
      object_id: fc.constant(isOwn ? `object ${at}` : object),
      timerange: fc.constant(`[${at}:0_${at + 1}:0)`),
      object_timerange: pick(`[${at}:0_${at + 1}:0)`, '[0:0_40:0)', '[0:0_1:0)'),
      init_object_id: pick('init', 'one'),
      ts_offset: pick('0:0', '-1:0', `${at}:0`),
      key_frame_count: pick(0, 3),
      sample_offset: pick(0, 5),
      get_urls: pick([{ url: 'https://a.example/x', label: 'a' }], [{ url: 'https://a.example/y' }], []),
    },
    { requiredKeys: ['object_id', 'timerange'] },
  ),
);

/** Segments that their version takes, in a flow that needs no initialisation segments. */
const goodSegment = fc
  .record({
    at: version,
    params: flow,
    n: fc.nat(30),
    isShared: fc.boolean(),
    more: fc.record({ key_frame_count: pick(0, 3), sample_offset: pick(0, 5), mine: pick('x') }, { requiredKeys: [] }),
  })
  .map(({ at, params, n, isShared, more }): RandomRequest => {
    const json = {
      object_id: isShared ? 'shared' : `object ${n}`,
      timerange: `[${n}:0_${n + 1}:0)`,
      ...(isShared && { ts_offset: `${n}:0` }),
      ...(at === '8.2' && n % 2 === 0 && { object_timerange: isShared ? '[0:0_1:0)' : '[0:0_40:0)' }),
      get_urls: [{ url: 'https://a.example/x', label: 'elsewhere' }],
      ...more,
    };
    return { version: at, method: 'POST', path: '/flows/{flowId}/segments', params, json };
  });

const webhook = fc.record(
  {
    url: pick('https://hook.example.com/', 'https://other.example.com/'),
    events: pick(['flows/created'], ['flows/updated', 'sources/deleted'], []),
    api_key_name: pick('x-key'),
    api_key_value: pick('hush'),
    tags,
    status: pick('created', 'disabled', 'x'),
    include_object_timerange: fc.boolean(),
    flow_ids: pick([], [FLOWS[0]]),
  },
  { requiredKeys: ['url', 'events'] },
);

const goodWebhook = fc
  .record({ at: version, events: pick(['flows/created'], ['flows/updated', 'sources/deleted']), tags })
  .map(({ at, events, tags: given }): RandomRequest => {
    const json = { url: 'https://good.example.com/', events, ...(at === '8.2' && { tags: given, status: 'disabled' }) };
    return { version: at, method: 'POST', path: '/service/webhooks', params: [], json };
  });

const replaced = fc.tuple(webhook, pick('created', 'disabled', 'started')).map(([body, status]): RandomRequest => {
  const { api_key_name: _, api_key_value: __, ...rest } = body;
  const json = { ...rest, id: A_WEBHOOK, status };
  return { version: '8.2', method: 'PUT', path: '/service/webhooks/{webhookId}', params: [A_WEBHOOK], json };
});

const profileMore = fc.record({ label: pick('a'), tags }, { requiredKeys: [] });
const profile = fc.tuple(pick(...PROFILES), fc.nat(3), profileMore).map(([id, n, more]): RandomRequest => {
  const { id: _, source_id: __, ...flow_metadata } = (MAKERS[n] ?? videoFlow)({ id: '', source_id: '' });
  const json = { id, flow_metadata, ...more };
  return { version: '8.2', method: 'POST', path: '/service/profiles/{profileId}', params: [id], json };
});

const oneObject = pick(...OBJECTS.map((id) => [id]));

const FLOW_PROPERTIES = [
  ['label', pick('a', '')],
  ['description', pick('a')],
  ['max_bit_rate', pick(1, 5000)],
  ['avg_bit_rate', pick(1, 5000)],
  ['read_only', pick(false)],
] as const;
const REMOVABLE = ['label', 'description', 'max_bit_rate', 'avg_bit_rate', 'flow_collection'];

const tagOf = (ids: fc.Arbitrary<string[]>) => fc.tuple(ids, pick('site', 'status')).map(([id, name]) => [...id, name]);

/** Flows that their version takes, but for members that are not there. */
const goodFlow = fc
  .record({
    at: version,
    n: fc.nat(FLOWS.length - 1),
    tagged: fc.dictionary(pick('site', 'a b'), tagValue, { maxKeys: 2 }),
    status: pick(undefined, 'ingesting', 'closed_complete'),
    init: pick(undefined, true, false),
    isVariable: fc.boolean(),
    collected: collection,
  })
  .map(({ at, n, tagged, status, init, isVariable, collected }): RandomRequest => {
    const id = FLOWS[n] ?? '';
    const isNewer = at === '8.2';
    const make = MAKERS[n % MAKERS.length] ?? videoFlow;
    const { essence_parameters: essence, ...rest } = {
      essence_parameters: undefined as object | undefined,
      ...make({ id, source_id: testId('source', n + 1) }),
    };
    const { frame_rate: rate, ...others } = { frame_rate: undefined, ...essence };
    const hasRate = make === videoFlow && !isVariable;
    const all = {
      ...others,
      ...(hasRate && { frame_rate: rate }),
      ...(isNewer && make === videoFlow && isVariable && { vfr: true }),
      ...(isNewer && make !== imageFlow && init !== undefined && { init_segments: init }),
    };
    const json = {
      ...rest,
      ...((make !== multiFlow || 'init_segments' in all) && { essence_parameters: all }),
      tags: Object.fromEntries(
        Object.entries(tagged).map(([name, value]) => [name, isNewer ? value : [value].flat().join(',')]),
      ),
      ...(isNewer && status !== undefined && { status }),
      ...(make === multiFlow && {
        flow_collection: collected
          .filter((item) => item.id !== id)
          .map((item) => (isNewer ? item : { role: 'x', ...item })),
      }),
    };
    return { version: at, method: 'PUT', path: '/flows/{flowId}', params: [id], json };
  });

export const randomRequest: fc.Arbitrary<RandomRequest> = fc.oneof(
  { weight: 8, arbitrary: goodFlow },
  { weight: 5, arbitrary: putFlow },
  { weight: 2, arbitrary: ofProfile },
  { weight: 1, arbitrary: profile },
  { weight: 2, arbitrary: request('PUT', '/flows/{flowId}/tags/{name}', tagOf(flow), tagValue) },
  { weight: 2, arbitrary: request('PUT', '/sources/{sourceId}/tags/{name}', tagOf(source), tagValue) },
  { weight: 1, arbitrary: request('DELETE', '/flows/{flowId}/tags/{name}', tagOf(flow)) },
  { weight: 2, arbitrary: request('PUT', '/flows/{flowId}/flow_collection', flow, collection) },
  { weight: 1, arbitrary: request('PUT', '/sources/{sourceId}/label', source, pick('x')) },
  {
    weight: 2,
    arbitrary: request(
      'POST',
      '/flows/{flowId}/storage',
      flow,
      pick<object>({ object_ids: ALLOCATED }, { limit: 1 }, { object_ids: ['init'], content_type: 'video/mp4' }),
    ),
  },
  {
    weight: 8,
    arbitrary: request(
      'POST',
      '/flows/{flowId}/segments',
      flow,
      fc.oneof(segment, fc.array(segment, { minLength: 1, maxLength: 4 })),
    ),
  },
  { weight: 6, arbitrary: goodSegment },
  { weight: 2, arbitrary: request('POST', '/service/webhooks', none, webhook) },
  { weight: 1, arbitrary: goodWebhook },
  {
    weight: 1,
    arbitrary: request(
      'POST',
      '/objects/{objectId}/instances',
      oneObject,
      fc.record({ label: pick('a', 'b'), url: pick('https://a.example/z') }),
      newer,
    ),
  },
  { weight: 1, arbitrary: request('DELETE', '/objects/{objectId}/instances?label=a', oneObject, undefined, newer) },
  { weight: 2, arbitrary: replaced },
  {
    weight: 1,
    arbitrary: request('DELETE', '/service/webhooks/{webhookId}', fc.constant([A_WEBHOOK]), undefined, newer),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      ...FLOW_PROPERTIES.map(([name, value]) => request('PUT', `/flows/{flowId}/${name}`, flow, value)),
    ),
  },
  { weight: 1, arbitrary: fc.oneof(...REMOVABLE.map((name) => request('DELETE', `/flows/{flowId}/${name}`, flow))) },
  { weight: 1, arbitrary: request('PUT', '/sources/{sourceId}/description', source, pick('x')) },
  { weight: 1, arbitrary: request('DELETE', '/sources/{sourceId}/tags/{name}', tagOf(source)) },
  { weight: 1, arbitrary: request('POST', '/service', none, fc.record({ name: pick('x', '') })) },
  { weight: 1, arbitrary: request('DELETE', '/flows/{flowId}/segments', flow) },
  { weight: 1, arbitrary: request('DELETE', '/flows/{flowId}', pick(...FLOWS.slice(0, 5).map((id) => [id]))) },
);
