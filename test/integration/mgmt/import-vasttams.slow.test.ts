import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withTables } from '../../../mgmt/tables/open-tables.ts';
import { OBJECTS } from '../../../src/tams/objects/object-tables.ts';
import { SEGMENTS } from '../../../src/tams/segments/segment-tables.ts';
import { objectId, objectPath, vasttamsTables } from '../../support/earlier-systems/vasttams.ts';
import { testId } from '../../support/examples.ts';
import { startTestServer } from '../../support/test-server.ts';
import { EarlierClusters } from './support/earlier-cluster.ts';
import { guideCommands } from './support/guide-commands.ts';
import { jsonLines, runMgmt } from './support/run-mgmt.ts';

/** `IMPORT_SEGMENTS=1000000` shows at full length what every run shows at this one. */
const SEGMENT_COUNT = Number(process.env.IMPORT_SEGMENTS ?? 20_000);
const FLOW_COUNT = 20;
vi.setConfig({ testTimeout: Math.max(240_000, SEGMENT_COUNT), hookTimeout: Math.max(240_000, SEGMENT_COUNT) });

let folder: string;
let clusters: EarlierClusters;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-import-test-'));
  clusters = new EarlierClusters(folder);
});
afterAll(async () => {
  await clusters.close();
  await rm(folder, { recursive: true });
});

const target = (name: string): Record<string, string> => ({ DATA_DIR: join(folder, name) });

/** How many segments there are, and sums over them. */
const sums = (env: Record<string, string>): Promise<unknown> =>
  withTables(async ({ manager }) => {
    let [rows, starts, ends] = [0, 0n, 0n];
    for await (const { columns, rowCount } of manager
      .reader('background')
      .scan({ table: SEGMENTS, columns: ['start_ns', 'end_ns', 'locations'] })) {
      rows += rowCount;
      for (const start of columns[0]) starts += start;
      for (const end of columns[1]) ends += end;
    }
    return { rows, starts, ends, objects: await manager.count(OBJECTS) };
  }, env);

it('takes every segment of a vasttams, once', async () => {
  const file = await clusters.with('whole', vasttamsTables(FLOW_COUNT, SEGMENT_COUNT));
  const env = target('whole-target');
  // The guide's commands, on this file.
  const { trial, command } = await guideCommands('vasttams', { 'vasttams.env': file });

  const dry = await runMgmt(trial, env);
  expect(dry, dry.err).toMatchObject({ code: 0 });
  expect(jsonLines(dry.out).at(-1)).toMatchObject({ table: 'segments', taken: SEGMENT_COUNT });

  const started = performance.now();
  const first = await runMgmt(command, env);
  const seconds = (performance.now() - started) / 1000;
  console.info(`${SEGMENT_COUNT} segments in ${seconds.toFixed(1)} s, with verify`);
  expect(first, first.err).toMatchObject({ code: 0 });
  expect(jsonLines(first.out)).toEqual([
    { table: 'tags', taken: 1, present: 0, left: 0, refused: 0 },
    { table: 'sources', taken: 1, present: 0, left: 0, refused: 0 },
    { table: 'flows', taken: FLOW_COUNT, present: 0, left: 0, refused: 0 },
    { table: 'objects', taken: SEGMENT_COUNT, present: 0, left: 0, refused: 0 },
    { table: 'segments', taken: SEGMENT_COUNT, present: 0, left: 0, refused: 0 },
  ]);
  const numbers = Array.from({ length: SEGMENT_COUNT }, (_, segment) => BigInt(Math.floor(segment / FLOW_COUNT)));
  const starts = numbers.reduce((sum, number) => sum + number * 2_000_000_000n, 0n);
  const expected = {
    rows: SEGMENT_COUNT,
    starts,
    ends: starts + BigInt(SEGMENT_COUNT) * 2_000_000_000n,
    objects: SEGMENT_COUNT,
  };
  expect(await sums(env)).toEqual(expected);

  const again = await runMgmt(command, env);
  expect(again, again.err).toMatchObject({ code: 0 });
  expect(jsonLines(again.out).at(-1)).toEqual({
    table: 'segments',
    taken: 0,
    present: SEGMENT_COUNT,
    left: 0,
    refused: 0,
  });
  expect(await sums(env)).toEqual(expected);

  const server = await startTestServer({ dataDir: env['DATA_DIR'] ?? '' });
  const get = async (path: string): Promise<unknown> => (await fetch(`${server.baseUrl}${path}`)).json();
  expect(await get(`/flows/${testId('flow', 0)}?include_timerange=true`)).toMatchObject({
    label: 'Flow 0',
    created: '2025-03-04T05:06:07Z',
    tags: { genre: 'news' },
    timerange: `[0:0_${(SEGMENT_COUNT / FLOW_COUNT) * 2}:0)`,
  });
  const segments = await get(`/flows/${testId('flow', 0)}/segments?limit=1`);
  expect(segments).toMatchObject([{ object_id: objectId(0), timerange: '[0:0_2:0)', sample_count: 50 }]);
  expect(JSON.stringify(segments)).toContain(objectPath(0));
  await server.close();
});

it('names each row that cannot be taken, and takes the rest', async () => {
  const tables = vasttamsTables(1, 4);
  const change = (name: string, row: number, cells: object): void => {
    const rows = tables.find((table) => table.name === name)?.rows ?? [];
    Object.assign(rows[row] ?? {}, cells);
  };
  change('segments', 0, { timerange_start: 'yesterday' });
  change('segments', 1, { flow_id: testId('flow', 99) });
  change('segments', 3, { timerange_start: '[5:0', timerange_end: '7:0)' });
  const [sources, flows] = tables;
  Object.assign(flows ?? {}, {
    rows: [...(flows?.rows ?? []), { id: 'x', source_id: testId('source', 0), format: 'y' }],
  });
  expect(sources?.rows).toHaveLength(1);

  const env = target('refused-target');
  const file = await clusters.with('refused', tables);
  const { code, out, err } = await runMgmt(['import', 'vasttams', '--source-env', file, '--json'], env);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  const lines = jsonLines(out);
  const refused = lines
    .filter(({ problem }) => problem !== undefined)
    .map(({ table, key, problem }) => [table, key, problem]);
  expect(refused).toEqual([
    ['flows', 'x', 'id "x" is no UUID'],
    ['segments', 'segment-0', expect.stringContaining('timerange: ')],
    ['segments', 'segment-3', 'another segment of its flow overlaps it'],
    ['segments', 'segment-1', `its flow ${testId('flow', 99)} is not here`],
    ['objects', objectId(0), 'no segment uses it'],
    ['objects', objectId(1), 'no segment uses it'],
    ['objects', objectId(3), 'no segment uses it'],
  ]);
  expect(lines.at(-1)).toEqual({ table: 'segments', taken: 1, present: 0, left: 0, refused: 3 });
});
