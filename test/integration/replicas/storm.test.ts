import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { multiFlow } from '../../support/examples.ts';
import type { CallResult } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { dropTables } from '../../support/table-engine.ts';
import { Api, type Segment, second, typeOf } from '../behaviour/support/api.ts';

/**
 * Clients of several replicas make, move, collect and delete the same few flows, and put the same objects into them
 * while objects without a segment are reclaimed at once. The promises of the API must hold afterwards.
 */

const REPLICAS = 3;
const CLIENTS = 4;
const STORM_MS = Number(process.env.REPLICAS_SECONDS ?? 4) * 1_000;

const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());
const FLOWS = ids(6);
const SOURCES = ids(3);
/** Few, so that they meet; those that were used last are used again. */
const OBJECTS_IN_PLAY = 6;
const SECONDS = 30;

/** What a client may be told when another one was faster. */
const REFUSALS = new Set(['segment_overlap', 'unknown_object', 'not_found', 'invalid_flow_collection']);

let servers: TestServer[];
let apis: Api[];
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-test-'));
  const env = { RECLAIM_GRACE_S: '0', OVERLOAD_DELAY_MS: '0', LOG_LEVEL: 'error' };
  servers = await Promise.all(Array.from({ length: REPLICAS }, () => startTestServer({ env, dataDir })));
  apis = servers.map(({ baseUrl }) => new Api(baseUrl));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await dropTables(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

const below = (limit: number): number => Math.floor(Math.random() * limit);

function one<T>(items: readonly T[]): T {
  const item = items[below(items.length)];
  if (item === undefined) throw new Error('there is nothing to choose from');
  return item;
}

/** What the clients did, by kind of answer, so that a storm in which everything was refused is noticed. */
const tally = new Map<string, number>();
const KINDS = ['put done', 'collect done', 'delete done', 'register done', 'reuse done', 'clear done', 'reuse refused'];
const hadEveryKind = (): boolean => KINDS.every((kind) => tally.has(kind));
/** On a busy machine few requests fit into the storm: it goes on until there was one of each kind. */
const LONGEST_MS = STORM_MS + 240_000;
const objects: string[] = [];

function note(what: string, result: CallResult): CallResult {
  const { status, text } = result;
  const isRefused = status === 400 || status === 404;
  if (status >= 300 && !isRefused) throw new Error(`${what} answered ${status}: ${text}`);
  if (isRefused && !REFUSALS.has(typeOf(result))) throw new Error(`${what} answered ${status}: ${text}`);
  const key = `${what} ${isRefused ? 'refused' : 'done'}`;
  tally.set(key, (tally.get(key) ?? 0) + 1);
  return result;
}

const acts: Readonly<Record<string, (api: Api) => Promise<unknown>>> = {
  async put(api) {
    const members = below(2) === 0 ? [{ id: one(FLOWS), role: 'part' }] : [];
    const flow = multiFlow({ id: one(FLOWS), source_id: one(SOURCES) }, { flow_collection: members });
    note('put', await api.send('PUT', `/flows/${flow.id}`, flow));
  },
  async collect(api) {
    const path = `/flows/${one(FLOWS)}/flow_collection`;
    note('collect', await api.send('PUT', path, [{ id: one(FLOWS), role: 'part' }]));
  },
  async delete(api) {
    note('delete', await api.send('DELETE', `/flows/${one(FLOWS)}`));
  },
  async record(api) {
    const flowId = one(FLOWS);
    const allocation = note('allocate', await api.send('POST', `/flows/${flowId}/storage`, { limit: 1 }));
    if (allocation.status !== 201) return;
    const [object] = (allocation.json as { media_objects: { object_id: string; put_url: { url: string } }[] })
      .media_objects;
    if (object === undefined) throw new Error('nothing was allocated');
    if ((await api.upload(object, object.object_id)) !== 200) throw new Error('the upload was refused');
    objects.push(object.object_id);
    const segment = { object_id: object.object_id, timerange: second(below(SECONDS)) };
    note('register', await api.postSegments(flowId, segment));
  },
  async reuse(api) {
    const object_id = objects.at(-1 - below(OBJECTS_IN_PLAY));
    if (object_id === undefined) return;
    note('reuse', await api.postSegments(one(FLOWS), { object_id, timerange: second(below(SECONDS)) }));
  },
  async clear(api) {
    const path = `/flows/${one(FLOWS)}/segments?timerange=${second(below(SECONDS))}`;
    note('clear', await api.send('DELETE', path));
  },
};

interface Flow {
  readonly id: string;
  readonly source_id: string;
  readonly flow_collection?: readonly { id: string }[];
  readonly collected_by?: readonly string[];
}

describe(`a storm on ${REPLICAS} replicas`, () => {
  let flows: Flow[];
  beforeAll(async () => {
    const started = performance.now();
    const isOver = (): boolean => {
      const elapsed = performance.now() - started;
      return elapsed > LONGEST_MS || (elapsed > STORM_MS && hadEveryKind());
    };
    const client = async (api: Api): Promise<void> => {
      while (!isOver()) await one(Object.values(acts))(api);
    };
    await Promise.all(apis.flatMap((api) => Array.from({ length: CLIENTS }, () => client(api))));
    const api = one(apis);
    const listed = await api.all<Flow>('/flows?limit=5');
    flows = await Promise.all(listed.map(({ id }) => api.get<Flow>(`/flows/${id}`)));
  }, LONGEST_MS + 60_000);

  it('had every kind of request succeed, and some be refused', () => {
    expect([...tally.keys()]).toEqual(expect.arrayContaining(KINDS));
  });

  it('leaves each flow once, and exactly the sources that have flows', async () => {
    expect(new Set(flows.map(({ id }) => id)).size).toBe(flows.length);
    const sources = await one(apis).all<{ id: string }>('/sources');
    expect(sources.map(({ id }) => id).sort()).toEqual([...new Set(flows.map((flow) => flow.source_id))].sort());
  });

  it('leaves collections of flows that exist, known to their members, and no circle', () => {
    const byId = new Map(flows.map((flow) => [flow.id, flow]));
    const membersOf = (id: string): string[] => (byId.get(id)?.flow_collection ?? []).map((member) => member.id);
    for (const { id, collected_by: collectors = [] } of flows) {
      for (const member of membersOf(id)) expect(byId.has(member), `a member of ${id}`).toBe(true);
      const collecting = flows.filter((other) => membersOf(other.id).includes(id)).map((other) => other.id);
      expect([...collectors].sort()).toEqual(collecting.sort());
      const reached = new Set<string>();
      for (let next = membersOf(id); next.length > 0; next = next.flatMap(membersOf)) {
        next = next.filter((member) => !reached.has(member));
        for (const member of next) reached.add(member);
      }
      expect(reached.has(id), `${id} is in itself`).toBe(false);
    }
  });

  it('leaves no segment without its object and its media, and none that overlap', async () => {
    const api = one(apis);
    for (const { id } of flows) {
      const segments = await api.all<Segment>(`/flows/${id}/segments`);
      expect(new Set(segments.map(({ timerange }) => timerange)).size).toBe(segments.length);
      for (const { object_id, get_urls: [url] = [] } of segments) {
        const object = await api.get<{ referenced_by_flows: string[] }>(`/objects/${object_id}`);
        expect(object.referenced_by_flows).toContain(id);
        const media = await fetch(url?.url ?? '');
        expect([media.status, await media.text()]).toEqual([200, object_id]);
      }
    }
  });
});
