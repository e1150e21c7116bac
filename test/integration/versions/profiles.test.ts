import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageFlow, multiFlow, videoFlow } from '../../support/examples.ts';
import { nextLink } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { VersionApis } from './support/version-apis.ts';

let server: TestServer;
let apis: VersionApis;
beforeAll(async () => {
  server = await startTestServer();
  apis = new VersionApis(server.baseUrl);
});
afterAll(() => server.close());

/** The technical properties of the flows that tests put. */
const technical = ({ id: _, source_id: __, ...rest }: Record<string, unknown>): Record<string, unknown> => rest;
const ids = () => ({ id: randomUUID(), source_id: randomUUID() });
const video = (): Record<string, unknown> => technical(videoFlow(ids(), { avg_bit_rate: 8000 }));

const post = (id: string, more: object = {}, status = 201) =>
  apis.send('8.2', status, 'POST', '/service/profiles/{profileId}', [id], {
    id,
    flow_metadata: video(),
    ...more,
  });

async function newProfile(more: object = {}): Promise<string> {
  const id = randomUUID();
  await post(id, more);
  return id;
}

async function newFlow(profile: string, more: object = {}): Promise<{ id: string; source_id: string }> {
  const flow = ids();
  await apis.send('8.2', 201, 'PUT', '/flows/{flowId}', [flow.id], { ...flow, profile_id: profile, ...more });
  return flow;
}

const listed = async (query: string): Promise<unknown[]> =>
  ((await apis.read('8.2', 200, `/flows?${query}`)).json as { id: string }[]).map(({ id }) => id);

const profilesOf = async (query: string): Promise<unknown[]> =>
  ((await apis.read('8.2', 200, `/service/profiles?${query}`)).json as { id: string }[]).map(({ id }) => id);

describe('profiles', () => {
  it('are made once, and never changed', async () => {
    const id = randomUUID();
    const body = { id, label: 'House', tags: { a: ['b'] }, urn: 'urn:x', flow_metadata: video() };
    const made = await apis.send('8.2', 201, 'POST', '/service/profiles/{profileId}', [id], {
      ...body,
      created: 'never',
    });
    expect(made.json).toMatchObject({ ...body, created_by: 'anonymous' });
    expect((made.json as { created: string }).created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect((await apis.read('8.2', 200, '/service/profiles/{profileId}', [id])).json).toEqual(made.json);
    expect((await post(id, body, 400)).json).toMatchObject({ type: 'profile_exists' });
    await apis.read('8.2', 404, '/service/profiles/{profileId}', [randomUUID()]);
    await apis.read('8.2', 404, '/service/profiles/{profileId}', ['X']);
  });

  it('of one id are made by one of many that make it at once', async () => {
    const id = randomUUID();
    const statuses = await Promise.all(
      Array.from(
        { length: 8 },
        async () => (await apis.call('8.2', 'POST', `/service/profiles/${id}`, { id, flow_metadata: video() })).status,
      ),
    );
    expect(statuses.toSorted((one, other) => one - other)).toEqual([201, ...Array.from({ length: 7 }, () => 400)]);
  });

  it.each([
    [{ id: '00000000-0000-4000-8000-000000000000' }, 'body/id must be the id of the path'],
    [{ flow_metadata: undefined }, 'body/flow_metadata is required'],
    [{ flow_metadata: technical(multiFlow(ids())) }, 'body/flow_metadata/format must be one of'],
    [{ flow_metadata: { ...video(), codec: undefined } }, 'body/flow_metadata/codec is required'],
    [{ flow_metadata: { ...video(), label: 'x' } }, 'body/flow_metadata/label is no technical property'],
    [{ flow_metadata: { ...video(), profile_id: randomUUID() } }, 'body/flow_metadata/profile_id is no technical'],
    [
      { flow_metadata: { ...video(), essence_parameters: { frame_width: 1, frame_height: 1 } } },
      'body/flow_metadata/essence_parameters/frame_rate is required unless vfr is true',
    ],
    [
      { flow_metadata: { ...video(), codec: 'video/raw' } },
      'body/flow_metadata/essence_parameters: bit_depth must be set for codec video/raw',
    ],
    [{ tags: { a: 1 } }, 'body/tags/a'],
    [{ tags: { a: Array.from({ length: 1001 }, String) } }, 'tags/a: 1001 are more than the 1000'],
  ])('of wrong bodies are refused: %#', async (more, summary) => {
    expect((await post(randomUUID(), more, 400)).json).toMatchObject({
      summary: expect.stringContaining(summary) as string,
    });
  });

  it('are listed newest first, in pages, by format, codec and label', async () => {
    const label = randomUUID();
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      const flow_metadata = n === 2 ? technical(imageFlow(ids())) : video();
      made.unshift(await newProfile({ label, flow_metadata }));
    }
    // Some have the same millisecond, so that their ids decide.
    const all = (await apis.read('8.2', 200, `/service/profiles?label=${label}`)).json as {
      id: string;
      created: string;
    }[];
    expect(all.map(({ id }) => id).toSorted()).toEqual(made.toSorted());
    expect(await profilesOf('limit=1000')).toEqual(expect.arrayContaining(made));
    const image = made[2];
    expect(await profilesOf(`label=${label}&format=urn:x-tam:format:image`)).toEqual([image]);
    expect(await profilesOf(`label=${label}&codec=image/jpeg`)).toEqual([image]);
    expect(await profilesOf(`label=${label}&codec=video/h264`)).toHaveLength(4);
    expect(await profilesOf('format=urn:x-nmos:format:multi')).toEqual([]);
    await apis.read('8.2', 400, '/service/profiles?codec=x');

    const pages: unknown[] = [];
    for (let path: string | undefined = `/service/profiles?label=${label}&limit=2`; path !== undefined;) {
      const page = await apis.call('8.2', 'GET', path);
      pages.push(...(page.json as { id: string }[]).map(({ id }) => id));
      path = nextLink(page.headers);
      if (path !== undefined) expect(path).toContain('/v8.2/service/profiles?');
    }
    expect(pages).toEqual(all.map(({ id }) => id));
  });

  it('are named by 7.0, which has none of them', async () => {
    const id = await newProfile();
    const summary = `There is nothing at this path; it is of TAMS 8.2, which this server speaks at /v8.2/service/profiles/${id}`;
    for (const version of ['7.0', undefined]) {
      const answer = await apis.call(version, 'GET', `/service/profiles/${id}`);
      expect([answer.status, answer.json]).toEqual([404, expect.objectContaining({ summary })]);
    }
    expect((await apis.call('8.2', 'GET', '/service/nothing')).json).toMatchObject({
      summary: 'There is nothing at this path',
    });
  });
});

describe('flows of a profile', () => {
  it('have its technical properties, in both versions, and are found by it', async () => {
    const profile = await newProfile();
    const { id } = await newFlow(profile, { label: 'own', max_bit_rate: 9000 });
    const { json } = await apis.read('8.2', 200, '/flows/{flowId}', [id]);
    expect(json).toMatchObject({ ...video(), profile_id: profile, label: 'own', max_bit_rate: 9000 });
    const old = (await apis.read('7.0', 200, '/flows/{flowId}', [id])).json;
    expect(old).toMatchObject(video());
    expect(old).not.toHaveProperty('profile_id');
    expect(await listed(`profile_id=${profile}`)).toEqual([id]);
    expect(await listed(`profile_id=${profile}&label=own&codec=video/h264`)).toEqual([id]);
    expect(await listed(`profile_id=${profile}&label=other`)).toEqual([]);
    expect(await listed(`profile_id=${randomUUID()}`)).toEqual([]);
  });

  it.each([
    'format',
    'codec',
    'container',
    'avg_bit_rate',
    'segment_duration',
    'container_mapping',
    'essence_parameters',
  ])('cannot have %s of their own', async (name) => {
    const flow = { ...ids(), profile_id: await newProfile(), [name]: video()[name] ?? {} };
    expect((await apis.send('8.2', 400, 'PUT', '/flows/{flowId}', [flow.id], flow)).json).toMatchObject({
      summary: `body/${name} must be left out where profile_id is given: it comes from the profile`,
    });
  });

  it('need a profile that is there', async () => {
    const flow = ids();
    const put = (profile: unknown) =>
      apis.send('8.2', 400, 'PUT', '/flows/{flowId}', [flow.id], { ...flow, profile_id: profile });
    const unknown = randomUUID();
    expect((await put(unknown)).json).toMatchObject({
      summary: expect.stringContaining(`body/profile_id: there is no profile ${unknown}`) as string,
    });
    expect((await put('x')).text).toContain('body/profile_id must be a lower-case UUID');
    expect((await put(5)).text).toContain('body/profile_id');
    expect((await put('')).text).toContain('body/format is required');
    await apis.read('8.2', 404, '/flows/{flowId}', [flow.id]);
  });

  it('get another one, or none, by a PUT', async () => {
    const [first, second] = [await newProfile(), await newProfile({ flow_metadata: { ...video(), avg_bit_rate: 1 } })];
    const flow = await newFlow(first);
    const replace = (body: object) => apis.send('8.2', 204, 'PUT', '/flows/{flowId}', [flow.id], { ...flow, ...body });
    const shown = async () => (await apis.read('8.2', 200, '/flows/{flowId}', [flow.id])).json;

    await replace({ profile_id: second });
    expect(await shown()).toMatchObject({ profile_id: second, avg_bit_rate: 1 });
    expect(await listed(`profile_id=${first}`)).toEqual([]);
    for (const none of [{}, { profile_id: '' }]) {
      await replace({ profile_id: second });
      await replace({ ...video(), ...none });
      expect(await shown()).not.toHaveProperty('profile_id');
      expect(await listed(`profile_id=${second}`)).toEqual([]);
    }
    const image = await newProfile({ flow_metadata: technical(imageFlow(ids())) });
    const other = await apis.send('8.2', 400, 'PUT', '/flows/{flowId}', [flow.id], { ...flow, profile_id: image });
    expect(other.text).toContain('is of format urn:x-nmos:format:video');
  });

  it('keep it when 7.0 changes what it does not give, and leave it with the first technical property', async () => {
    const profile = await newProfile();
    const { id } = await newFlow(profile);
    const profileOf = async () =>
      ((await apis.read('8.2', 200, '/flows/{flowId}', [id])).json as Record<string, unknown>)['profile_id'];
    const old = (await apis.read('7.0', 200, '/flows/{flowId}', [id])).json as object;
    await apis.send('7.0', 204, 'PUT', '/flows/{flowId}', [id], { ...old, label: 'x' });
    expect(await profileOf()).toBe(profile);
    await apis.send('7.0', 204, 'PUT', '/flows/{flowId}/avg_bit_rate', [id], 8000);
    expect(await profileOf()).toBe(profile);

    for (const method of ['PUT', 'DELETE']) {
      const refused = await apis.call('8.2', method, `/flows/${id}/avg_bit_rate`, method === 'PUT' ? 1 : undefined);
      expect([refused.status, refused.text]).toEqual([
        400,
        expect.stringContaining(`comes from its profile ${profile}`),
      ]);
    }
    expect(await profileOf()).toBe(profile);
    await apis.send('7.0', 204, 'PUT', '/flows/{flowId}/avg_bit_rate', [id], 1);
    expect(await profileOf()).toBeUndefined();
    expect(await listed(`profile_id=${profile}`)).toEqual([]);
    await apis.send('8.2', 204, 'PUT', '/flows/{flowId}/avg_bit_rate', [id], 2);

    const deleted = await newFlow(profile);
    await apis.send('7.0', 204, 'DELETE', '/flows/{flowId}/avg_bit_rate', [deleted.id]);
    expect(await listed(`profile_id=${profile}`)).toEqual([]);
  });
});

describe('filters of flows', () => {
  it('find flows by their status and by their need of initialisation segments', async () => {
    const source_id = randomUUID();
    const put = async (more: object, essence: object = {}): Promise<string> => {
      const id = randomUUID();
      const flow = videoFlow({ id, source_id }, more);
      const essence_parameters = { ...flow.essence_parameters, ...essence };
      await apis.send('8.2', 201, 'PUT', '/flows/{flowId}', [id], { ...flow, essence_parameters });
      return id;
    };
    const open = await put({ status: 'ingesting' }, { init_segments: true });
    const closed = await put({ status: 'closed_complete' }, { init_segments: false });
    const plain = await put({});
    const found = async (query: string) => (await listed(`source_id=${source_id}&${query}`)).toSorted();
    expect(await found('status=ingesting')).toEqual([open]);
    expect(await found('status=awaiting_content')).toEqual([]);
    expect(await found('init_segments=true')).toEqual([open]);
    expect(await found('init_segments=false')).toEqual([closed, plain].toSorted());
    await apis.read('8.2', 400, '/flows?status=x');
    await apis.read('8.2', 400, '/flows?init_segments=x');
    await apis.read('8.2', 400, '/flows?profile_id=x');
    // 7.0 has none of these parameters, and ignores what it does not know.
    expect((await apis.read('7.0', 200, `/flows?source_id=${source_id}`)).json).toHaveLength(3);
    expect((await apis.call('7.0', 'GET', `/flows?source_id=${source_id}&status=ingesting`)).json).toHaveLength(3);
  });
});
