import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiText } from '../../../../openapi/document.ts';
import { videoFlow } from '../../../support/examples.ts';
import { ExrApi, type Inspected, renderedFrame } from '../../../support/exr-objects.ts';
import type { CallResult } from '../../../support/http-client.ts';
import { type Api, second } from '../../behaviour/support/api.ts';
import { type ClassServer, startClassServer, tagged } from './class-server.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
}

interface Ids {
  readonly flowId: string;
  readonly sourceId: string;
  readonly objectId: string;
  readonly 'request-id': string;
  readonly name: string;
  readonly assetId: string;
  readonly versionId: string;
  readonly fileId: string;
  readonly webhookId: string;
}

type Paths = Record<string, Record<string, { readonly security: readonly Record<string, readonly string[]>[] }>>;

const { paths } = JSON.parse(await openApiText()) as { paths: Paths };
/** All but those for admins, whom no classes limit. */
const operations: Operation[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, { security }]) => !security.some((scheme) => Object.values(scheme).flat().includes('admin')))
    .map(([method]) => ({ method: method.toUpperCase(), path })),
);
const onOne = operations.filter(({ path }) => path.includes('{'));
/** Listings. */
const onAll = operations.filter(({ path, method }) => !path.includes('{') && method !== 'POST');

interface InBody {
  readonly exrObject: string;
  /** Of that object in the bucket `local`. */
  readonly key: string;
}

/** What is named in a body, by the path of what is posted; empty where nothing that belongs to somebody is named. */
const NAMED_IN_BODY: Readonly<Record<string, (ids: Ids & InBody) => readonly unknown[]>> = {
  '/search': ({ flowId, sourceId }) => [
    { q: 'hidden', flow_id: flowId },
    { q: 'hidden', source_id: sourceId },
  ],
  // What a registration is told of is decided when it is told: webhook-owners.test.ts.
  '/service/webhooks': ({ flowId, sourceId }) => [
    { url: 'https://receiver.example', events: ['flows/updated'], flow_ids: [flowId], source_ids: [sourceId] },
    { url: 'https://receiver.example', events: ['flows/updated'], flow_collected_by_ids: [flowId] },
    { url: 'https://receiver.example', events: [], source_collected_by_ids: [sourceId] },
  ],
  // Makes an asset where there is none, so the two differ: search-classes.test.ts.
  '/search/assets': () => [],
  '/events/s3': ({ key }) => [
    { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'local' }, object: { key } } }] },
  ],
  '/exr/inspect': ({ exrObject, key }) => [{ object_id: exrObject }, { bucket: 'local', key }],
  '/exr/inspect/upload': () => [],
  '/exr/validate': ({ fileId, exrObject }) => [{ file_id: fileId }, { path_prefix: exrObject }],
  '/exr/sequences/register': ({ flowId, exrObject }) => [
    { pattern: exrObject.replace('1', '#'), flow_id: randomUUID(), frame_rate: { numerator: 25 } },
    { pattern: 'none.#.exr', flow_id: flowId, frame_rate: { numerator: 25 } },
  ],
  '/playback/otio': ({ flowId, sourceId }) => [cutOf({ flow_id: flowId }), cutOf({ source_id: sourceId })],
};

function cutOf(reference: object): unknown {
  const time = (value: number) => ({ OTIO_SCHEMA: 'RationalTime.1', rate: 1, value });
  const media_reference = { OTIO_SCHEMA: 'MissingReference.1', metadata: { 'bbc.github.io/tams': reference } };
  const source_range = { start_time: time(0), duration: time(9) };
  const clip = { OTIO_SCHEMA: 'Clip.1', name: 'one', source_range, media_reference };
  const track = { OTIO_SCHEMA: 'Track.1', children: [clip] };
  return { OTIO_SCHEMA: 'Timeline.1', tracks: { OTIO_SCHEMA: 'Stack.1', children: [track] } };
}

const show = ({ method, path }: Operation): string => `${method} ${path}`;
const pathOf = (path: string, ids: Ids): string => path.replace(/\{([^}]+)\}/g, (_, name: keyof Ids) => ids[name]);

/**
 * Every operation of the OpenAPI document on what belongs to another class. Answers must be those that are given
 * where there is nothing at all, and nothing may change; whoever has the class can do all of it.
 */
export function testHiddenOperations(env: Record<string, string> = {}): void {
  let world: ClassServer;
  let hidden: Ids;
  let member: string;
  let exrKey: string;
  beforeAll(async () => {
    // Every deletion of segments becomes a request.
    world = await startClassServer({ DELETE_SYNC_MAX: '0', ...env });
    const { sport } = world.as;
    member = await sport.newFlow({ ...tagged('sport'), label: 'a hidden member' });
    const source = randomUUID();
    const flow = await sport.newFlow({
      source_id: source,
      tags: { auth_classes: 'sport', colour: 'a hidden colour' },
      label: 'a hidden label',
      description: 'a hidden description',
      flow_collection: [{ id: member, role: 'a hidden role' }],
      max_bit_rate: 4711,
      avg_bit_rate: 4711,
    });
    for (const [path, value] of [
      ['label', 'a hidden source'],
      ['description', 'a hidden source'],
      ['tags/colour', 'a hidden colour'],
    ] as const) {
      await sport.must('PUT', `/sources/${source}/${path}`, value);
    }
    const objectId = await sport.fill(flow, 3);
    const { id } = await sport.must<{ id: string }>('DELETE', `/flows/${flow}/segments?timerange=${second(2)}`);
    await sport.deletionDone(id);
    const asset = { bucket: 'b', key: 'a hidden key', link: { flow_id: flow } };
    const { id: assetId } = await sport.must<{ id: string }>('POST', '/search/assets', asset);
    const version = await sport.must<{ id: string }>('PUT', `/search/assets/${assetId}/transcript`, TRANSCRIPT);
    const webhook = await sport.must<{ id: string }>('POST', '/v8.2/service/webhooks', {
      url: 'https://receiver.example',
      events: ['sources/deleted'],
      flow_ids: [],
    });
    hidden = {
      flowId: flow,
      sourceId: source,
      objectId,
      'request-id': id,
      name: 'colour',
      assetId,
      versionId: version.id,
      fileId: await inspectedFile(sport, flow),
      webhookId: webhook.id,
    };
  });
  afterAll(() => world.close());

  /** An EXR file of an object of the flow. */
  async function inspectedFile(api: Api, flowId: string): Promise<string> {
    const objects = new ExrApi(api.baseUrl);
    for (const { put_url } of await api.allocate(flowId, { object_ids: [EXR_OBJECT] })) {
      await objects.write(put_url, renderedFrame(1));
      exrKey = decodeURIComponent(new URL(put_url.url).pathname.split('/').slice(3).join('/'));
    }
    const { persistence } = await api.must<Inspected>('POST', '/exr/inspect', { object_id: EXR_OBJECT });
    return persistence?.id ?? '';
  }

  const EXR_OBJECT = 'hidden.1.exr';
  const TRANSCRIPT = { segments: [{ start_ms: 0, end_ms: 1000, text: 'a hidden word' }] };

  function searchBodyOf(property: string, { flowId, versionId }: Ids): unknown {
    if (property === 'link') return { flow_id: flowId };
    if (property === 'versions') return { etag: 'another' };
    if (property === 'transcript') return TRANSCRIPT;
    const vector = Array.from({ length: 384 }, (_, n) => (n === 0 ? 1 : 0));
    return { model: 'm', embeddings: [{ segment_id: `${versionId}:30s-400c:0`, vector }] };
  }

  /** A body that the operation takes. */
  function bodyOf({ method, path }: Operation, ids: Ids, classes: string): unknown {
    const property = path.split('/').at(-1) ?? '';
    if (path.startsWith('/search') && ['POST', 'PUT'].includes(method)) {
      return property === 'publish' ? undefined : searchBodyOf(property, ids);
    }
    if (method === 'POST') {
      if (property === 'storage') return { limit: 1 };
      return { object_id: ids.objectId, timerange: second(100) };
    }
    if (method !== 'PUT') return undefined;
    if (property === '{flowId}') return videoFlow({ id: ids.flowId, source_id: ids.sourceId }, tagged(classes));
    if (property === 'read_only') return false;
    if (property === 'flow_collection') return [];
    return property.endsWith('bit_rate') ? 1 : 'a text';
  }

  const perform = (api: Api, operation: Operation, ids: Ids, classes: string): Promise<CallResult> =>
    api.send(operation.method, pathOf(operation.path, ids), bodyOf(operation, ids, classes));

  /** What an answer says, without what is different in every answer, and without the ids that were asked for. */
  function said({ status, headers, text }: CallResult, ids: Ids): object {
    // Ids of requests, which errors have in them, grow longer.
    const varying = ['date', 'x-request-id', 'keep-alive', ...(status < 400 ? [] : ['content-length'])];
    const shown = [...headers].filter(([name]) => !varying.includes(name));
    const anonymous = (value: string): string =>
      Object.values<string>({ ...ids })
        .reduce((rest, id) => rest.replaceAll(id, 'ID'), value)
        .replace(/"(time|request_id)":"[^"]*"/g, '"$1":""');
    return { status, headers: shown.map(([name, value]) => `${name}: ${anonymous(value)}`), body: anonymous(text) };
  }

  /** All that there is of it, as an admin sees it. */
  async function everything(): Promise<unknown[]> {
    const paths = [
      '/search/assets',
      '/flows',
      '/sources',
      `/flows/${hidden.flowId}/segments`,
      `/objects/${hidden.objectId}`,
    ];
    const answers = await Promise.all(paths.map((path) => world.as.admin.get(path)));
    // Signatures are made anew.
    return answers.map((answer) => JSON.parse(JSON.stringify(answer).replaceAll(/\?[^"]*/g, '')) as unknown);
  }

  describe('what belongs to another class', () => {
    it('answers every operation as what is not there, and stays as it is', async () => {
      const before = await everything();
      expect(JSON.stringify(before)).toContain('a hidden role');
      let compared = 0;
      for (const operation of onOne) {
        const [assetId, versionId] = [randomUUID(), randomUUID()];
        const objectId = `${randomUUID()}-object`;
        const none = {
          ...hidden,
          webhookId: randomUUID(),
          flowId: randomUUID(),
          sourceId: randomUUID(),
          objectId,
          assetId,
          versionId,
        };
        const absent = { ...none, 'request-id': randomUUID(), fileId: randomUUID().replaceAll('-', '') };
        const onHidden = await perform(world.as.news, operation, hidden, 'news');
        if (show(operation) === 'PUT /flows/{flowId}') {
          // Where there is no flow this would make one.
          expect(onHidden.status).toBe(404);
        } else {
          const onAbsent = await perform(world.as.news, operation, absent, 'news');
          expect(said(onHidden, hidden), show(operation)).toEqual(said(onAbsent, absent));
        }
        if (operation.path.endsWith('/segments') && ['GET', 'HEAD'].includes(operation.method)) {
          expect([onHidden.status, onHidden.text], show(operation)).toEqual([
            200,
            operation.method === 'GET' ? '[]' : '',
          ]);
        } else {
          expect(onHidden.status, show(operation)).toBe(404);
        }
        compared++;
      }
      expect(await everything()).toEqual(before);
      expect(compared).toBe(onOne.length);
      expect(compared).toBeGreaterThan(50);
      console.info(`access by tags: ${compared} operations tell nothing of what is hidden`);
    });

    it('is not there for what names it in a body either', async () => {
      const posted = operations.filter(({ path, method }) => !path.includes('{') && method === 'POST');
      expect(posted.map(({ path }) => path).toSorted()).toEqual(Object.keys(NAMED_IN_BODY).toSorted());
      // Else its key would be no better than that of nothing.
      await world.as.admin.must('POST', '/exr/inspect', { bucket: 'local', key: exrKey });
      for (const operation of posted) {
        const absent = { ...hidden, flowId: randomUUID(), sourceId: randomUUID() };
        const fileId = randomUUID().replaceAll('-', '');
        const bodies = NAMED_IN_BODY[operation.path] ?? (() => []);
        const onAbsent = bodies({
          ...absent,
          fileId,
          exrObject: 'absent.1.exr',
          key: exrKey.replace('hidden', 'absent'),
        });
        for (const [index, body] of bodies({ ...hidden, exrObject: EXR_OBJECT, key: exrKey }).entries()) {
          const found = await world.as.news.send('POST', operation.path, body);
          const none = await world.as.news.send('POST', operation.path, onAbsent[index]);
          const what = `${show(operation)} ${JSON.stringify(body)}`;
          expect(said(found, hidden), what).toEqual(said(none, absent));
          expect(found.text, what).not.toContain('hidden');
        }
      }
    });

    it('is in no listing, nor is it counted', async () => {
      for (const operation of onAll) {
        const query = /^\/(flows|sources)$/.test(operation.path)
          ? '?limit=1'
          : operation.path === '/search'
            ? '?q=hidden'
            : '';
        const path = operation.path + query;
        const { status, text, headers } = await world.as.news.send(operation.method, path);
        expect(status, show(operation)).toBe(200);
        expect(headers.has('link'), show(operation)).toBe(false);
        for (const id of [hidden.flowId, hidden.sourceId, hidden.objectId, hidden['request-id'], member, 'hidden']) {
          expect(text, show(operation)).not.toContain(id);
        }
      }
      const { flowId, sourceId } = hidden;
      for (const query of [
        `/flows?source_id=${sourceId}`,
        '/flows?label=a%20hidden%20label',
        '/flows?tag.colour=a%20hidden%20colour',
        '/flows?tag_exists.auth_classes=true',
        '/flows?timerange=_',
        '/sources?tag.auth_classes=sport',
        '/sources?label=a%20hidden%20source',
        `/search/assets?flow_id=${flowId}`,
        `/search/assets?source_id=${sourceId}`,
        '/search/assets?bucket=b',
      ]) {
        expect(await world.as.news.get(query), query).toEqual([]);
        expect(await world.as.sport.get(query), query).not.toEqual([]);
      }
      expect(await world.as.news.get(`/flows/${flowId}/segments?object_id=${hidden.objectId}`)).toEqual([]);
    });

    it('can be all read and changed by whoever has the class', async () => {
      const order = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];
      // What is deleted with a longer path first: the flow is last.
      const inOrder = onOne.toSorted(
        (a, b) => order.indexOf(a.method) - order.indexOf(b.method) || b.path.length - a.path.length,
      );
      const failed: string[] = [];
      for (const operation of inOrder) {
        const { status, text } = await perform(world.as.sport, operation, hidden, 'sport');
        // An asset on no flow would be out of its own reach: search-classes.test.ts.
        const isRefused = operation.method === 'DELETE' && operation.path === '/search/assets/{assetId}/link';
        if (isRefused ? status !== 403 : status >= 300) failed.push(`${show(operation)}: ${status} ${text}`);
        if (operation.method === 'PUT' && operation.path === '/flows/{flowId}') {
          // It replaced what the next operations are to delete.
          for (const name of ['label', 'description', 'tags/colour']) {
            await world.as.sport.must('PUT', `/flows/${hidden.flowId}/${name}`, 'again');
          }
        }
      }
      expect(failed).toEqual([]);
    });
  });
}
