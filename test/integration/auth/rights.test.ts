import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiText } from '../../../openapi/document.ts';
import { videoFlow } from '../../support/examples.ts';
import { type Api, failedOf, second, typeOf } from '../behaviour/support/api.ts';
import { type ClassServer, type Name, startClassServer, tagged } from './support/class-server.ts';

/*
 * The table of AppNote 0016 of TAMS: every operation on one flow, source, object or deletion request, by principals with
 * each of the rights on it, in both versions. `classes-matrix.test.ts` holds that who has none learns nothing.
 */

type Right = 'read' | 'write' | 'delete';

const RIGHTS: Partial<Record<Name, readonly Right[]>> = {
  admin: ['read', 'write', 'delete'],
  sport: ['read', 'write', 'delete'],
  reader: ['read'],
  writer: ['write'],
  editor: ['read', 'write'],
  remover: ['delete'],
  news: [],
  nobody: [],
};

const { paths } = JSON.parse(await openApiText()) as { paths: Record<string, Record<string, unknown>> };
const operations = Object.entries(paths)
  .filter(([path]) => /^\/(flows|sources|objects|flow-delete-requests)\/\{/.test(path))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })));

function rightOf({ method, path }: (typeof operations)[number]): Right {
  if (path.startsWith('/flow-delete-requests/')) return 'delete';
  if (method === 'DELETE') return /^\/flows\/\{flowId\}(\/segments)?$/.test(path) ? 'delete' : 'write';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}

interface Ids {
  readonly flowId: string;
  readonly sourceId: string;
  readonly objectId: string;
  readonly 'request-id': string;
  readonly name: string;
}

let world: ClassServer;
beforeAll(async () => {
  // Every deletion of segments becomes a request.
  world = await startClassServer({ DELETE_SYNC_MAX: '0' });
});
afterAll(() => world.close());

/** Something for each operation to be done with. */
async function made(): Promise<Ids> {
  // At the root: TAMS 7.0 uses an object at any time.
  const { admin } = world.as;
  const sourceId = randomUUID();
  const flowId = await admin.newFlow({
    source_id: sourceId,
    tags: { auth_classes: 'sport', colour: 'blue' },
    label: 'a label',
    description: 'a description',
    max_bit_rate: 1,
    avg_bit_rate: 1,
  });
  await admin.must('PUT', `/sources/${sourceId}/tags/colour`, 'blue');
  const objectId = await admin.fill(flowId, 2);
  const { id } = await admin.must<{ id: string }>('DELETE', `/flows/${flowId}/segments?timerange=${second(1)}`);
  await admin.deletionDone(id);
  return { flowId, sourceId, objectId, 'request-id': id, name: 'colour' };
}

function bodyOf({ method, path }: (typeof operations)[number], ids: Ids): unknown {
  const property = path.split('/').at(-1) ?? '';
  if (method === 'POST') {
    // An object without bytes here: whoever may write need not be able to read one.
    const external = { url: 'https://media.example/1', label: 'elsewhere' };
    return property === 'storage'
      ? { limit: 1 }
      : { object_id: randomUUID(), timerange: second(100), get_urls: [external] };
  }
  if (method !== 'PUT') return undefined;
  if (property === '{flowId}') {
    return videoFlow({ id: ids.flowId, source_id: ids.sourceId }, { tags: { auth_classes: 'sport', colour: 'blue' } });
  }
  if (property === 'read_only') return false;
  if (property === 'flow_collection') return [];
  return property.endsWith('bit_rate') ? 1 : 'a text';
}

/** All that there is, as an admin sees it, without signatures. */
async function seen(admin: Api, { flowId, sourceId }: Ids): Promise<string> {
  const paths = [`/flows/${flowId}`, `/sources/${sourceId}`, `/flows/${flowId}/segments`];
  const answers = await Promise.all(paths.map((path) => admin.get(path)));
  return JSON.stringify(answers).replaceAll(/\?[^"]*/g, '');
}

describe.each(['/v7.0', '/v8.2'])('the rights on one flow, source, object and deletion request in %s', (version) => {
  it.each(Object.entries(RIGHTS))('of %s', async (name, rights) => {
    const { [name as Name]: api, admin } = world.at(version);
    const kept = await made();
    const before = await seen(admin, kept);
    const wrong: string[] = [];
    for (const operation of operations) {
      const { method, path } = operation;
      const needed = rightOf(operation);
      const isGiven = rights.includes(needed);
      const ids = isGiven && needed !== 'read' ? await made() : kept;
      const url = path.replace(/\{([^}]+)\}/g, (_, parameter: keyof Ids) => ids[parameter]);
      const { status, text } = await api.send(method, url, bodyOf(operation, ids));
      const isSegmentList = path.endsWith('/segments') && needed === 'read';
      // AppNote 0016: an object of no flow that one may read is a 404. Nothing has no segments, as in TAMS 7.0.
      const expected = isGiven
        ? 2
        : rights.length === 0
          ? isSegmentList
            ? 2
            : 404
          : path.startsWith('/objects/')
            ? 404
            : 403;
      const isRight = expected === 2 ? status >= 200 && status < 300 : status === expected;
      if (!isRight) wrong.push(`${method} ${path}: ${status} instead of ${expected} ${text}`);
      if (rights.length === 0 && isSegmentList && method === 'GET') expect(text).toBe('[]');
    }
    expect(wrong).toEqual([]);
    expect(await seen(admin, kept)).toBe(before);
    expect(operations.length).toBeGreaterThan(45);
  });

  it('show in listings what may be read', async () => {
    const as = world.at(version);
    const { flowId, sourceId } = await made();
    for (const [name, rights] of Object.entries(RIGHTS)) {
      const api = as[name as Name];
      for (const path of [`/flows?source_id=${sourceId}`, '/sources?tag.colour=blue', '/flows?limit=7', '/sources']) {
        const ids = (await api.all<{ id: string }>(path)).map(({ id }) => id);
        const id = path.startsWith('/flows') ? flowId : sourceId;
        if (rights.includes('read')) expect(ids, `${name} ${path}`).toContain(id);
        else expect(ids, `${name} ${path}`).toEqual([]);
      }
      const status = name === 'admin' ? 200 : 403;
      expect((await api.send('GET', '/flow-delete-requests')).status, name).toBe(status);
    }
  });
});

describe('a profile of TAMS 8.2', () => {
  it('is seen by whoever may read it, named by whoever has any right on it, and made by whoever could write it', async () => {
    const as = world.at('/v8.2');
    const id = randomUUID();
    const { id: _, source_id: __, ...flow_metadata } = videoFlow({ id, source_id: id });
    const body = (of: string) => ({ id: of, flow_metadata, tags: { auth_classes: ['sport'] } });
    const path = `/service/profiles/${id}`;
    expect(await typesOf(as.reader, 'POST', path, body(id))).toEqual([403, 'outside_own_classes']);
    expect((await as.writer.send('POST', path, body(id))).status).toBe(201);
    for (const [name, rights] of Object.entries(RIGHTS)) {
      const api = as[name as Name];
      const mayRead = rights.includes('read');
      const { status } = await api.send('GET', path);
      expect(status, name).toBe(mayRead ? 200 : rights.length === 0 ? 404 : 403);
      expect(JSON.stringify(await api.get('/service/profiles')).includes(id), name).toBe(mayRead);
      const flow = { id: randomUUID(), source_id: randomUUID(), profile_id: id };
      const put = await api.send('PUT', `/flows/${flow.id}`, flow);
      expect(put.status, `${name} ${put.text}`).toBe(rights.length === 0 ? 400 : 201);
    }
  });
});

describe('the class sport_ro of AppNote 0016', () => {
  it('is one that credentials have for reading alone', async () => {
    const { admin, sport, reader } = world.at('');
    // `reader` stands for a member of sport whose credential says `sport:read`; news shares with the class by its name.
    const shared = await admin.newFlow(tagged('news', 'sport'));
    expect((await reader.send('GET', `/flows/${shared}`)).status).toBe(200);
    expect(await typesOf(reader, 'PUT', `/flows/${shared}/label`, 'x')).toEqual([403, 'insufficient_rights']);
    expect((await sport.send('PUT', `/flows/${shared}/label`, 'x')).status).toBe(204);
  });

  it('works as a list too', async () => {
    const { admin, reader, news } = world.at('/v8.2');
    const shared = await admin.newFlow({ tags: { auth_classes: ['news', 'sport'] } });
    expect((await news.send('PUT', `/flows/${shared}/label`, 'x')).status).toBe(204);
    expect(await typesOf(reader, 'PUT', `/flows/${shared}/label`, 'x')).toEqual([403, 'insufficient_rights']);
  });
});

async function typesOf(api: Api, method: string, path: string, body?: unknown): Promise<[number, string]> {
  const answer = await api.send(method, path, body);
  return [answer.status, typeOf(answer)];
}

describe('the tag auth_classes', () => {
  it('is changed by nobody who would gain a right, or give one away that it has not', async () => {
    const { sport, editor, writer, admin } = world.at('');
    const source = randomUUID();
    const flow = await admin.newFlow({ source_id: source, ...tagged('sport') });
    const tag = `/flows/${flow}/tags/auth_classes`;
    for (const api of [editor, writer]) {
      for (const value of ['sport,news', 'news', '']) {
        expect(await typesOf(api, 'PUT', tag, value), value).toEqual([403, 'insufficient_rights']);
      }
      expect(await typesOf(api, 'DELETE', tag)).toEqual([403, 'insufficient_rights']);
      const replaced = videoFlow({ id: flow, source_id: source }, tagged('sport', 'news'));
      expect(await typesOf(api, 'PUT', `/flows/${flow}`, replaced)).toEqual([403, 'insufficient_rights']);
      // The same classes written otherwise are no change.
      expect((await api.send('PUT', tag, ' sport ')).status).toBe(204);
    }
    expect((await sport.send('PUT', tag, 'sport,news')).status).toBe(204);
    expect(await typesOf(sport, 'PUT', tag, 'news')).toEqual([403, 'outside_own_classes']);
    expect(await typesOf(editor, 'DELETE', `/sources/${source}/tags/auth_classes`)).toEqual([
      403,
      'insufficient_rights',
    ]);
  });

  it('of a new flow needs the right to write by one of its classes', async () => {
    const { reader, writer } = world.at('');
    const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() }, tagged('sport'));
    expect(await typesOf(reader, 'PUT', `/flows/${flow.id}`, flow)).toEqual([403, 'outside_own_classes']);
    expect((await writer.send('PUT', `/flows/${flow.id}`, flow)).status).toBe(201);
  });
});

describe('a flow', () => {
  it('is put into an existing source by whoever may write that', async () => {
    const { admin, reader, writer, news } = world.at('');
    const source = randomUUID();
    await admin.newFlow({ source_id: source, ...tagged('sport') });
    const flow = () => videoFlow({ id: randomUUID(), source_id: source });
    const putOne = async (api: Api): Promise<number> => {
      const one = flow();
      return (await api.send('PUT', `/flows/${one.id}`, one)).status;
    };
    expect(await putOne(reader)).toBe(403);
    expect(await putOne(news)).toBe(404);
    expect(await putOne(writer)).toBe(201);
    const own = await news.newFlow(tagged('news'));
    expect(
      (await news.send('PUT', `/flows/${own}`, videoFlow({ id: own, source_id: source }, tagged('news')))).status,
    ).toBe(404);
  });

  it('takes objects that may be read, and those that were allocated for it', async () => {
    const { admin, writer, editor, reader } = world.at('');
    const [one, other] = [await admin.newFlow(tagged('sport')), await admin.newFlow(tagged('sport'))];
    const used = await admin.fill(other, 1);
    const at = (object_id: string, n: number) => ({ object_id, timerange: second(n) });
    expect(await typesOf(writer, 'POST', `/flows/${one}/segments`, at(used, 0))).toEqual([400, 'unknown_object']);
    expect(failedOf(await writer.postSegments(one, [at(used, 0)]))).toMatchObject([
      { error: { type: 'unknown_object' } },
    ]);
    expect(await typesOf(reader, 'POST', `/flows/${one}/segments`, at(used, 0))).toEqual([403, 'insufficient_rights']);
    const own = await writer.newObject(one);
    expect((await writer.postSegments(one, [at(own, 1), at(own, 2)])).status).toBe(201);
    // From then on it is one that must be readable.
    expect(await typesOf(writer, 'POST', `/flows/${one}/segments`, at(own, 3))).toEqual([400, 'unknown_object']);
    expect((await editor.postSegments(one, [at(own, 3), at(used, 4)])).status).toBe(201);
  });
});
