import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  Bool,
  compressionRegistry,
  CompressionType,
  RecordBatchStreamWriter,
  tableFromArrays,
  Utf8,
} from 'apache-arrow';
import type { EarlierTable } from '../../support/earlier-systems/arrow-rows.ts';
import { type Kept, putInFiles } from '../../support/earlier-systems/files.ts';
import { objectId, objectPath, vasttamsTables } from '../../support/earlier-systems/vasttams.ts';
import { testId } from '../../support/examples.ts';
import { startTestServer } from '../../support/test-server.ts';
import { adopt, Bucket, keysOf, s3Binary } from '../adoption/support/bucket.ts';
import { guideCommands } from './support/guide-commands.ts';
import { jsonLines, runMgmt } from './support/run-mgmt.ts';

vi.setConfig({ testTimeout: 240_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-import-files-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Tables of which the rows have more columns. */
const withColumns = (tables: readonly EarlierTable[], more: Readonly<Record<string, EarlierTable>>): EarlierTable[] =>
  tables.map((table) => {
    const { columns = {}, rows = [] } = more[table.name] ?? {};
    return {
      ...table,
      columns: { ...table.columns, ...columns },
      rows: table.rows.map((row, index) => ({ ...row, ...rows[index] })),
    };
  });

const imported = (from: string, data: string, ...more: readonly string[]) =>
  runMgmt(['import', 'vasttams', '--from', join(folder, from), '--json', ...more], { DATA_DIR: join(folder, data) });

it('reads Parquet and Arrow, leaves out what was deleted there, and takes tags of a column', async () => {
  const deleted = { deleted: new Bool() };
  const marked = withColumns(vasttamsTables(3, 12), {
    sources: { name: '', columns: { tags: new Utf8() }, rows: [{ tags: '{"series": ["a", "b"]}' }] },
    flows: {
      name: '',
      columns: { ...deleted, tags: new Utf8() },
      rows: [{ deleted: false, tags: '{"genre": "sport", "place": "hall"}' }, { deleted: true }, { tags: '[1]' }],
    },
    segments: { name: '', columns: { deleted: new Utf8() }, rows: [{ deleted: 'true' }, { deleted: 'False' }] },
  });
  // The first flow was deleted once, and made again.
  const tables = marked.map((table) => {
    const earlier = table.rows.slice(0, table.name === 'flows' ? 1 : 0).map((row) => ({ ...row, deleted: true }));
    return { ...table, rows: [...earlier, ...table.rows] };
  });
  const kept: readonly Kept[] = ['arrow-file', 'parquet', 'parquet', 'arrow-stream', 'parquet-parts'];
  await putInFiles(join(folder, 'mixed'), tables, (_, index) => kept[index] ?? 'parquet');

  const { code, out, err } = await imported('mixed', 'mixed-data');
  expect({ code, err }).toEqual({ code: 1, err: '' });
  const lines = jsonLines(out);
  expect(lines.filter(({ key }) => key === testId('flow', 2))).toEqual([
    { table: 'flows', key: testId('flow', 2), problem: 'tags is no JSON object of texts, and lists of texts' },
  ]);
  expect(lines.filter(({ taken }) => taken !== undefined)).toEqual([
    { table: 'tags', taken: 1, present: 0, left: 0, refused: 0 },
    { table: 'sources', taken: 1, present: 0, left: 0, refused: 0 },
    { table: 'flows', taken: 1, present: 0, left: 2, refused: 1 },
    { table: 'objects', taken: 3, present: 0, left: 5, refused: 4 },
    { table: 'segments', taken: 3, present: 0, left: 5, refused: 4 },
  ]);
  const server = await startTestServer({ dataDir: join(folder, 'mixed-data') });
  const get = async (path: string): Promise<unknown> => (await fetch(`${server.baseUrl}${path}`)).json();
  expect(await get(`/flows/${testId('flow', 0)}`)).toMatchObject({ tags: { genre: 'news', place: 'hall' } });
  expect(await get(`/v8.2/sources/${testId('source', 0)}`)).toMatchObject({ tags: { series: ['a', 'b'] } });
  const segments = (await get(`/flows/${testId('flow', 0)}/segments`)) as { object_id: string }[];
  expect(segments.map(({ object_id: id }) => id)).toEqual([objectId(3), objectId(6), objectId(9)]);
  await server.close();
});

/** A frame of LZ4 with one block that is stored as it is. */
function lz4Frame(bytes: Uint8Array): Uint8Array {
  const size = Buffer.alloc(4);
  size.writeUInt32LE((bytes.length | 0x80000000) >>> 0);
  return Buffer.concat([Buffer.from('04224d18604082', 'hex'), size, bytes, Buffer.alloc(4)]);
}

it('says which file is neither, and which option is missing', async () => {
  await putInFiles(join(folder, 'broken'), vasttamsTables(1, 1), () => 'parquet');
  await writeFile(join(folder, 'broken', 'flows.csv'), 'id,source_id\n');
  expect(await imported('broken', 'broken-data')).toMatchObject({
    code: 2,
    err: expect.stringContaining('flows.csv is neither a Parquet file nor an Arrow file or stream.') as string,
  });
  await putInFiles(join(folder, 'cut'), vasttamsTables(1, 200), () => 'arrow-stream');
  const cut = join(folder, 'cut', 'segments.arrow');
  await truncate(cut, (await stat(cut)).size - 600);
  expect(await imported('cut', 'cut-data')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/segments\.arrow cannot be read as Arrow: .*only read/) as string,
  });
  await putInFiles(join(folder, 'lz4'), vasttamsTables(1, 1), () => 'parquet');
  await rm(join(folder, 'lz4', 'segments.parquet'));
  compressionRegistry.set(CompressionType.LZ4_FRAME, { encode: lz4Frame });
  const writer = new RecordBatchStreamWriter({ compressionType: CompressionType.LZ4_FRAME });
  await writeFile(
    join(folder, 'lz4', 'segments.arrow'),
    await writer.writeAll(tableFromArrays({ flow_id: ['a'], object_id: ['b'], timerange: ['_'] })).toUint8Array(),
  );
  expect(await imported('lz4', 'lz4-data')).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /segments\.arrow cannot be read as Arrow: .* It is compressed with LZ4: write it with zstd, or without compression\./,
    ) as string,
  });
  expect(await runMgmt(['import', 'vasttams'], {})).toMatchObject({
    code: 2,
    err: expect.stringContaining('--source-env or by --from') as string,
  });
});

describe.skipIf(s3Binary === undefined)('with the bucket of the objects', () => {
  it('looks for the bytes first, and adoption makes no second object of them', async () => {
    const bucket = await Bucket.open();
    const env = { ...bucket.env(), DATA_DIR: join(folder, 'bucket-data') };
    const paths = ['in/a/take-1.ts', 'in/a/take-2.ts', 'in/a/take-3.ts'];
    const tables = withColumns(vasttamsTables(1, 3), {
      objects: {
        name: '',
        columns: { storage_path: new Utf8() },
        rows: paths.map((storage_path) => ({ storage_path })),
      },
    });
    await putInFiles(join(folder, 'bucket'), tables, () => 'arrow-file');
    const run = () =>
      runMgmt(['import', 'vasttams', '--from', join(folder, 'bucket'), '--check-objects', '9', '--json'], env);

    expect(await run()).toMatchObject({
      code: 2,
      err: expect.stringMatching(/None of 3 objects has bytes .* Nothing was taken/) as string,
    });
    await bucket.putAll({ [paths[0] ?? '']: Buffer.from('1'), [paths[1] ?? '']: Buffer.from('2') });
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(jsonLines(out)).toContainEqual({
      table: 'objects',
      key: objectId(2),
      problem: 'there are no bytes at in/a/take-3.ts',
    });
    expect(jsonLines(out).at(-1)).toEqual({ table: 'segments', taken: 3, present: 0, left: 0, refused: 0 });

    const { api } = await bucket.serve({ DATA_DIR: env.DATA_DIR });
    const adoption = await adopt(api, { prefix: 'in/a', layout: 'segments' });
    expect(adoption.keys).toMatchObject({ adopted: 0, present: 2 });
    const keys = await keysOf(api, adoption);
    expect(keys.map(({ reason }) => reason).sort()).toEqual([
      `it is the object ${objectId(0)}`,
      `it is the object ${objectId(1)}`,
    ]);
    expect(keys.map(({ object_id: id }) => id).sort()).toEqual([objectId(0), objectId(1)]);
  });
});

it('does not make a second object of bytes that are one here', async () => {
  await putInFiles(join(folder, 'first'), vasttamsTables(1, 2), () => 'parquet');
  // As the guide says.
  const { files } = await guideCommands('vasttams', { 'exported-vasttams': join(folder, 'first') });
  expect(await runMgmt(files, { DATA_DIR: join(folder, 'twice-data') })).toMatchObject({ code: 0 });
  const tables = withColumns(vasttamsTables(1, 2), {
    objects: {
      name: '',
      columns: { storage_path: new Utf8() },
      rows: [0, 1].map((object) => ({ id: `other-${object}`, storage_path: objectPath(object) })),
    },
    segments: { name: '', columns: {}, rows: [0, 1].map((object) => ({ object_id: `other-${object}` })) },
  });
  await putInFiles(join(folder, 'second'), tables, () => 'parquet');
  const { code, out } = await imported('second', 'twice-data');
  expect(code).toBe(1);
  expect(jsonLines(out).filter(({ table, key }) => table === 'objects' && key !== undefined)).toEqual([
    { table: 'objects', key: 'other-0', problem: `its bytes are those of the object ${objectId(0)} here` },
    { table: 'objects', key: 'other-1', problem: `its bytes are those of the object ${objectId(1)} here` },
  ]);
});
