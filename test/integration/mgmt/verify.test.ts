import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openEngine, openManager } from '../../../mgmt/tables/open-tables.ts';
import type { Finding } from '../../../mgmt/verify/finding.ts';
import { CHECKS } from '../../../mgmt/verify/verify.ts';
import { openMediaStores } from '../../../src/media/open-media.ts';
import { loadConfig } from '../../../src/settings.ts';
import type { ManagedTransaction } from '../../../src/vastdb/managed-transaction.ts';
import { and, eq } from '../../../src/vastdb/predicate/builder.ts';
import type { Cell, TableDefinition } from '../../../src/vastdb/engine.ts';
import { EXR_CHANNELS, EXR_FILES } from '../../../src/features/exr/exr-tables.ts';
import { SEGMENTS as SEARCH_SEGMENTS } from '../../../src/features/search/search-tables.ts';
import { tableEngineEnv } from '../../support/table-engine.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { findings } from '../../support/verify-after.ts';
import { madeUpCell } from './support/filled-tables.ts';
import { runMgmt } from './support/run-mgmt.ts';

let server: TestServer;
let env: Record<string, string>;
let flowId: string;
let sourceId: string;
let objects: string[];

const start = async (isDamaged = false): Promise<void> => {
  server = await startTestServer({ env: { RECLAIM_GRACE_S: '86400' }, isDamaged });
  env = { DATA_DIR: server.dataDir, ...(await tableEngineEnv(server.dataDir)) };
  const client = new TamsClient(server.baseUrl);
  [flowId, sourceId] = [randomUUID(), randomUUID()];
  const format = 'urn:x-nmos:format:data';
  const container = 'application/octet-stream';
  const tags = { place: 'studio', day: 'monday' };
  const flow = { id: flowId, source_id: sourceId, format, codec: container, container, essence_parameters: {}, tags };
  await client.putFlow(flow);
  await client.putFlow({ ...flow, id: randomUUID(), flow_collection: [{ id: flowId, role: 'part' }] });
  await client.request('PUT', `/sources/${sourceId}/tags/place`, 'studio');
  const { body } = await client.allocate(flowId, { limit: 4 });
  objects = body.media_objects.map(({ object_id: id }) => id);
  for (const object of body.media_objects) await client.upload(object, new Uint8Array(10));
  const segments = objects.slice(0, 3).map((id, at) => ({ object_id: id, timerange: `[${at}:0_${at + 1}:0)` }));
  await client.postSegments(flowId, segments);
};
const stop = (): Promise<void> => server.close();

/** Changes rows behind the server's back. */
async function damage(work: (tx: ManagedTransaction) => Promise<unknown>): Promise<void> {
  const { manager } = await openManager(await openEngine(loadConfig(env)));
  try {
    await manager.transaction(work);
  } finally {
    await manager.close();
  }
}

const found = (repair = false): Promise<Finding[]> => findings(loadConfig(env), repair, [...CHECKS]);
const insert = (table: string, row: Record<string, string | bigint | boolean>) => (tx: ManagedTransaction) =>
  tx.insert(table, [row]);

/** The arguments that insert a row of which only some cells matter. */
const madeUp = ({ columns }: TableDefinition, cells: Record<string, Cell>): [string[], Cell[][]] => [
  columns.map(({ name }) => name),
  [columns.map((column) => cells[column.name] ?? madeUpCell(column))],
];

describe('verify, beside a running server', () => {
  // Each of these tests leaves what fits together.
  beforeAll(() => start());
  afterAll(stop);

  it('finds nothing where nothing is wrong', async () => {
    expect(await found()).toEqual([]);
  });

  it.each<[string, string, RegExp, (tx: ManagedTransaction) => Promise<unknown>]>([
    [
      'a segment without object row',
      'segment-objects',
      /has no row/,
      (tx) => tx.delete('objects', eq('id', objects[0] ?? '')),
    ],
    [
      'an object that is used and does not know it',
      'segment-objects',
      /none ever did/,
      (tx) => tx.update('objects', eq('id', objects[0] ?? ''), { referenced: false }),
    ],
    [
      'tags without owner',
      'tags',
      /has no row|and no row/,
      insert('flow_tags', { owner_id: 'gone', name: 'a', value: 'b' }),
    ],
    [
      'a tag that nobody finds',
      'tags',
      /not those that it is found by/,
      (tx) => tx.delete('flow_tags', and([eq('owner_id', flowId), eq('name', 'place')])),
    ],
    [
      'a tag of a source that has another value',
      'tags',
      /not those that it is found by/,
      (tx) => tx.update('source_tags', eq('name', 'place'), { value: 'elsewhere' }),
    ],
    [
      'a collection without its members',
      'collections',
      /not those of its document/,
      (tx) => tx.delete('flow_collection_members', eq('member_id', flowId)),
    ],
    [
      'members of no flow',
      'collections',
      /and has no row/,
      (tx) => insert('flow_collection_members', { flow_id: 'gone', position: 0n, member_id: flowId, role: 'x' })(tx),
    ],
    [
      'a flow that counts wrong',
      'timelines',
      /its row says 7 .* its segments are 3 /,
      (tx) => tx.update('flows', eq('id', flowId), { content_segments: 7n }),
    ],
    [
      'a segment that nobody counted',
      'timelines',
      /its row says 3 .* its segments are 2 /,
      (tx) => tx.delete('segments', eq('object_id', objects[2] ?? '')),
    ],
    [
      'a flow that is found by another label, and seen by others',
      'documents',
      /its label, auth_classes differs from its document/,
      (tx) => tx.update('flows', eq('id', flowId), { label: 'another', auth_classes: ',all,' }),
    ],
    [
      'a source of another format',
      'documents',
      /its format differs from its document/,
      (tx) => tx.update('sources', eq('id', sourceId), { format: 'urn:x-nmos:format:audio' }),
    ],
    [
      'media search of what is gone',
      'search-index',
      /there is no such version/,
      (tx) => tx.insertArrays('search_segments', ...madeUp(SEARCH_SEGMENTS, { version_id: 'gone' })),
    ],
    [
      'EXR channels of no file',
      'exr-metadata',
      /there is no such file/,
      (tx) => tx.insertArrays('exr_channels', ...madeUp(EXR_CHANNELS, { file_id: 'gone' })),
    ],
    [
      'EXR metadata of an object that was reclaimed',
      'exr-metadata',
      /there is no such object/,
      (tx) => tx.insertArrays('exr_files', ...madeUp(EXR_FILES, { id: 'file', object_id: 'gone' })),
    ],
    [
      'an object that nobody reclaims',
      'unused-objects',
      /does not wait for its reclaim/,
      (tx) => tx.delete('reclaim_queue', eq('object_id', objects[3] ?? '')),
    ],
    [
      'a deletion that nobody goes on with',
      'deletions',
      /counts 2 deletions/,
      (tx) => tx.update('flows', eq('id', flowId), { active_deletions: 2 }),
    ],
  ])('finds %s, and mends it', async (_, check, problem, work) => {
    await damage(work);
    const first = await found();
    const findingsOfCheck = first.filter((finding) => finding.check === check);
    expect(findingsOfCheck).toEqual([
      expect.objectContaining({ problem: expect.stringMatching(problem) as string, repaired: false }),
    ]);
    expect(findingsOfCheck[0]?.repair).toBeTypeOf('string');
    expect((await found(true)).every(({ repaired }) => repaired)).toBe(true);
    expect(await found()).toEqual([]);
  });
});

describe('verify, of what it cannot mend by itself', () => {
  beforeEach(() => start(true));
  afterEach(stop);

  it('finds segments that overlap, and leaves it to a person which is wrong', async () => {
    const rest = { flow_id: flowId, object_id: objects[0] ?? '', fragment: '{}' };
    await damage(insert('segments', { ...rest, start_ns: 500_000_000n, end_ns: 700_000_000n }));
    const overlaps = (await found(true)).filter(({ repair }) => repair === undefined);
    expect(overlaps).toEqual([
      expect.objectContaining({
        check: 'timelines',
        problem: expect.stringContaining('0 ns and 500000000 ns overlap') as string,
      }),
    ]);
  });

  it('finds a document that cannot be read, and goes on', async () => {
    await damage((tx) => tx.update('flows', eq('id', flowId), { document: '{"id":' }));
    expect(await found(true)).toEqual([
      expect.objectContaining({ check: 'documents', subject: `flow ${flowId}`, repaired: false }),
    ]);
  });

  it('finds segments of no flow, and sources of no flow', async () => {
    await damage(
      insert('segments', { flow_id: 'gone', start_ns: 0n, end_ns: 1n, object_id: objects[0] ?? '', fragment: '{}' }),
    );
    await damage(
      insert('sources', { id: 'empty', format: 'x', created_ns: 0n, document: '{"id":"empty","format":"x"}' }),
    );
    expect((await found()).map(({ check, subject }) => [check, subject])).toEqual([
      ['flow-sources', 'source empty'],
      ['segment-flows', 'segments of flow gone'],
      ['segment-places', `object ${objects[0] ?? ''}`],
    ]);
  });

  it('finds flows of no profile', async () => {
    const client = new TamsClient(server.baseUrl);
    const [id, flow] = [randomUUID(), { id: randomUUID(), source_id: randomUUID() }];
    const container = 'application/octet-stream';
    const metadata = { format: 'urn:x-nmos:format:data', codec: container, container, essence_parameters: {} };
    const profile = { id, flow_metadata: metadata };
    expect((await client.request('POST', `/v8.2/service/profiles/${id}`, profile)).status).toBe(201);
    expect((await client.request('PUT', `/v8.2/flows/${flow.id}`, { ...flow, profile_id: id })).status).toBe(201);
    expect(await found()).toEqual([]);
    await damage((tx) => tx.delete('profiles', eq('id', id)));
    expect(await found(true)).toEqual([
      expect.objectContaining({ check: 'flow-profiles', subject: `profile ${id}`, repaired: false }),
    ]);
  });

  it('finds objects without bytes, and bytes without object, which it deletes only when that is asked for', async () => {
    const client = new TamsClient(server.baseUrl);
    const { body } = await client.allocate(flowId, { limit: 1 });
    const id = body.media_objects[0]?.object_id ?? '';
    await client.postSegments(flowId, { object_id: id, timerange: '[9:0_10:0)' });
    const media = await openMediaStores(loadConfig(env), 'unused', undefined);
    await media.default?.put(`${randomUUID()}/2026/01/02/left%2Fover`, new Uint8Array(5));
    await media.close();
    expect((await found(true)).map(({ check, repaired }) => [check, repaired])).toEqual([
      ['object-bytes', false],
      ['orphaned-bytes', false],
    ]);
    const deleting = await runMgmt(['verify', '--repair', '--delete-bytes'], env);
    expect(deleting.out).toMatch(
      /^object-bytes: object .+\norphaned-bytes: bytes at .+ \[repaired: deletes them\]\n1 open, 1 repaired\.\n$/,
    );
    expect(deleting.code).toBe(1);
    const clean = await runMgmt(['verify', '--skip', 'object-bytes'], env);
    expect(clean).toEqual({ code: 0, out: 'Everything fits together.\n', err: '' });
  });
});
