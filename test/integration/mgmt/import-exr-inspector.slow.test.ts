import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Utf8 } from 'apache-arrow';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withTables } from '../../../mgmt/tables/open-tables.ts';
import { EXR_CHANNELS, EXR_FILES } from '../../../src/features/exr/exr-tables.ts';
import type { EarlierTable } from '../../support/earlier-systems/arrow-rows.ts';
import { exrInspectorTables, fileId, frameKey } from '../../support/earlier-systems/exr-inspector.ts';
import { putInFiles } from '../../support/earlier-systems/files.ts';
import { startTestServer } from '../../support/test-server.ts';
import { Api, until } from '../behaviour/support/api.ts';
import { EarlierClusters } from './support/earlier-cluster.ts';
import { guideCommands } from './support/guide-commands.ts';
import { jsonLines, runMgmt, startMgmt } from './support/run-mgmt.ts';

/** `IMPORT_FRAMES=100000` shows at full length what every run shows at this one. */
const FRAMES = Number(process.env['IMPORT_FRAMES'] ?? 400);
vi.setConfig({ testTimeout: Math.max(240_000, FRAMES * 50) });

let folder: string;
let clusters: EarlierClusters;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-import-exr-test-'));
  clusters = new EarlierClusters(folder);
});
afterAll(async () => {
  await clusters.close();
  await rm(folder, { recursive: true });
});

/** Its own storage has a bucket of this name. */
const S3 = {
  ...{ MEDIA_STORE: 's3', S3_BUCKET: 'renders', S3_ENDPOINT: 'http://127.0.0.1:9', S3_REGION: 'us-east-1' },
  ...{ S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'secret' },
};
const changed = (tables: Record<string, EarlierTable>, name: string, row: number, cells: object): void => {
  Object.assign(tables[name]?.rows[row] ?? {}, cells);
};

it('takes files with all rows below them, as if their headers had been read here', async () => {
  const tables = exrInspectorTables(6);
  changed(tables, 'parts', 1, { data_window: '{"min": {"x": 1, "y": 2}, "max": {"x": 30, "y": 40}}' });
  changed(tables, 'parts', 2, { compression: 'none of these' });
  changed(tables, 'parts', 3, { width: 0 });
  changed(tables, 'channels', 0, { file_id: 'nowhere' });
  const [first] = tables['files']?.rows ?? [];
  const older = { ...first, file_id: 'older', last_inspected: '2024-01-01T00:00:00' };
  const files = { ...tables['files'], rows: [...(tables['files']?.rows ?? []), older] } as EarlierTable;
  // Another version of that system names parts by ids.
  const { part_id: _, ...part } = { part_id: 0, ...tables['attributes']?.rows[12] };
  const ids = { part_index: null, part_id: 'part-4' };
  Object.assign(tables['attributes']?.rows[12] ?? {}, { ...part, ...ids });
  changed(tables, 'parts', 4, { part_id: 'part-4' });
  const withIds = (name: string): EarlierTable =>
    ({ ...tables[name], columns: { ...tables[name]?.columns, part_id: new Utf8() } }) as EarlierTable;
  const all = [files, withIds('parts'), tables['channels'], withIds('attributes')] as EarlierTable[];
  const source = await clusters.with('exr', all);
  const env = { ...S3, DATA_DIR: join(folder, 'data') };
  const { trial, command } = await guideCommands('exr-inspector', { 'exr.env': source });

  expect(await runMgmt([...command, '--bucket', 'another'], env)).toMatchObject({
    code: 2,
    err: '--bucket: this server has renders.\n',
  });
  expect(await runMgmt(trial, env)).toMatchObject({ code: 1 });
  const { code, out, err } = await runMgmt(command, env);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  const lines = jsonLines(out);
  const inspect = 'let this server inspect it';
  expect(lines.filter(({ problem }) => problem !== undefined)).toEqual([
    { table: 'channels', key: 'nowhere', problem: 'its file is not there' },
    {
      ...{ table: 'files', key: fileId(2) },
      problem: `part 0: compression "none of these" is none of OpenEXR (${frameKey(2)}); ${inspect}`,
    },
    {
      ...{ table: 'files', key: fileId(3) },
      problem: `part 0: it has neither data_window nor width and height (${frameKey(3)}); ${inspect}`,
    },
  ]);
  expect(lines).toContainEqual({ table: 'files', taken: 4, present: 0, left: 1, refused: 2 });
  expect(jsonLines((await runMgmt(command, env)).out)).toContainEqual({
    table: 'files',
    taken: 0,
    present: 4,
    left: 1,
    refused: 2,
  });

  const server = await startTestServer({ dataDir: env.DATA_DIR, env: S3 });
  const api = new Api(server.baseUrl);
  const found = await api.get<{ id: string; key: string }[]>('/exr/files?channel=depth.Z');
  expect(found.map(({ key }) => key).sort()).toEqual([0, 1, 4, 5].map(frameKey));
  const byKey = (frame: number): string => found.find(({ key }) => key === frameKey(frame))?.id ?? '';
  expect(await api.get(`/exr/files/${byKey(1)}`)).toMatchObject({
    file: { bucket: 'renders', frame_number: 1002, size: 5000, mtime: '2025-03-04T05:06:07.000Z' },
    parts: [
      {
        ...{ compression: 'zips', line_order: 'increasing_y', software: 'Arnold 7', color_space: 'ACEScg' },
        data_window: { x_min: 1, y_min: 2, x_max: 30, y_max: 40 },
        display_window: { x_min: 0, y_min: 0, x_max: 1919, y_max: 1079 },
      },
    ],
    stats: { channel_count: 4, channels_by_type: { half: 3, float: 1, uint: 0 } },
    persistence: { inspection_count: 3, first_inspected: '2025-03-05T00:00:00.000Z' },
  });
  expect(await api.get(`/exr/files?attribute.owner=me&attribute.framesPerSecond=24`)).toHaveLength(4);
  const alike = await api.get<{ score: number }[]>(`/exr/files/${byKey(0)}/similar?limit=10`);
  expect(alike).toHaveLength(3);
  expect(alike.every(({ score }) => score > 0.9)).toBe(true);
  expect(await api.get<{ count: number }[]>('/exr/sequences')).toHaveLength(1);
  await server.close();
});

it('goes on where it was killed, from files too, and adds nothing twice', async () => {
  const tables = Object.values(exrInspectorTables(FRAMES));
  const files = join(folder, 'files');
  await putInFiles(files, tables.slice(0, 2), () => 'parquet-parts');
  await putInFiles(files, tables.slice(2), () => 'arrow-file');
  const env = { ...S3, DATA_DIR: join(folder, 'many') };
  const { files: args } = await guideCommands('exr-inspector', { 'exported-exr': files });
  const counted = (): Promise<number[]> =>
    withTables(async ({ manager }) => [await manager.count(EXR_FILES), await manager.count(EXR_CHANNELS)], env);

  const first = startMgmt(args, env);
  await until(async () => {
    const [rows = 0] = first.child.exitCode === null ? await counted().catch(() => []) : [1];
    return rows > 0 ? true : undefined;
  });
  first.child.kill('SIGKILL');
  await first.result;
  const started = performance.now();
  const { code, err } = await runMgmt(args, env);
  console.info(`${FRAMES} files in ${((performance.now() - started) / 1000).toFixed(1)} s, with verify`);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(await counted()).toEqual([FRAMES, FRAMES * 4]);
});
