import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { HashingEmbedder } from '../../../src/features/search/rules/embedding.ts';
import { EMBEDDINGS, SEGMENTS } from '../../../src/features/search/search-tables.ts';
import { withTables } from '../../../mgmt/tables/open-tables.ts';
import { putInFiles } from '../../support/earlier-systems/files.ts';
import { mediasearchTables } from '../../support/earlier-systems/mediasearch.ts';
import { startTestServer } from '../../support/test-server.ts';
import { Api, until } from '../behaviour/support/api.ts';
import { EarlierClusters } from './support/earlier-cluster.ts';
import { guideCommands } from './support/guide-commands.ts';
import { jsonLines, runMgmt, startMgmt } from './support/run-mgmt.ts';

/** `IMPORT_TRANSCRIPTS=2000` shows at full length, which is a hundred rows each, what every run shows at this one. */
const TRANSCRIPTS = Number(process.env['IMPORT_TRANSCRIPTS'] ?? 60);
const ROWS = 100;
vi.setConfig({ testTimeout: Math.max(240_000, TRANSCRIPTS * 500) });

const embedder = new HashingEmbedder();
let folder: string;
let clusters: EarlierClusters;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-import-search-test-'));
  clusters = new EarlierClusters(folder);
});
afterAll(async () => {
  await clusters.close();
  await rm(folder, { recursive: true });
});

interface Hits {
  readonly total: number;
  readonly hits: readonly { readonly asset: { readonly key: string }; readonly text?: string }[];
}

it('takes what searches there show, keeps vectors of the same model, and has the others made anew', async () => {
  const said = ['the harbour at dawn', 'a lighthouse keeper speaks', 'gulls over the water'];
  const own = { model: `catalogue/${embedder.model}`, vectors: await embedder.embed(said) };
  const tables = mediasearchTables([
    { key: 'kept.mp4', said, ...own },
    { key: 'anew.mp4', said: ['the miller grinds rye'] },
    { key: 'partly.mp4', said: ['wheat and barley', 'oats'], model: embedder.model, vectors: [[], [NaN]] },
    { key: 'gone.mp4', said: ['a deleted lighthouse'] },
    { key: 'bad.mp4', said: ['good words', 'bad words', 'no words', 'old words', 'endless words'] },
  ]);
  const change = (name: string, row: number, cells: object): void => {
    Object.assign(tables[name]?.rows[row] ?? {}, cells);
  };
  const unit = [1, ...new Array<number>(383).fill(0)];
  change('embeddings', 4, { embedding: unit });
  change('embeddings', 5, { embedding: [NaN, ...unit.slice(1)] });
  change('assets', 3, { tombstone: true });
  change('assets', 0, { duration_ms: 10n ** 13n });
  change('segments', 8, { start_ms: 9000n, end_ms: 1000n });
  change('segments', 11, { end_ms: 10n ** 13n });
  change('segments', 9, { text: '' });
  change('segments', 10, { visibility: 'ARCHIVED' });
  const lost = { ...tables['segments']?.rows[0], segment_id: 'lost', asset_id: 'nowhere' };
  const segments = tables['segments'];
  const rows = { ...segments, rows: [...(segments?.rows ?? []), lost] };
  const source = await clusters.with('search', Object.values({ ...tables, segments: rows }) as never);
  const env = { DATA_DIR: join(folder, 'data') };
  const { trial, command } = await guideCommands('mediasearch', { 'mediasearch.env': source });

  for (const result of [await runMgmt(trial, env), await runMgmt(command, env)]) {
    const { code, out, err } = result;
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const lines = jsonLines(out);
    const refused = lines.filter(({ problem }) => problem !== undefined);
    // A cluster promises no order.
    expect(refused.sort((a, b) => String(a['key']).localeCompare(String(b['key'])))).toEqual([
      { table: 'transcript_segments', key: 'asset-4-1', problem: 'its time, 9000 ms to 1000 ms, is none' },
      { table: 'transcript_segments', key: 'asset-4-2', problem: 'text is empty' },
      { table: 'transcript_segments', key: 'asset-4-4', problem: `its time, 16000 ms to ${10 ** 13} ms, is none` },
      { table: 'transcript_segments', key: 'lost', problem: 'its asset nowhere is not there' },
    ]);
    expect(lines.filter(({ taken }) => taken !== undefined)).toEqual([
      { table: 'transcript_segments', taken: 7, present: 0, left: 2, refused: 4 },
      { table: 'transcript_embeddings', taken: 3, present: 0, left: 9, refused: 0 },
      { table: 'media_assets', taken: 4, present: 0, left: 1, refused: 0 },
    ]);
  }
  expect(jsonLines((await runMgmt(command, env)).out).filter(({ taken }) => taken !== undefined)).toMatchObject([
    { table: 'transcript_segments', taken: 0, present: 7 },
    { table: 'transcript_embeddings', taken: 0, present: 3 },
    { table: 'media_assets', taken: 0, present: 4 },
  ]);

  const server = await startTestServer({ dataDir: env.DATA_DIR });
  const api = new Api(server.baseUrl);
  const find = (query: string): Promise<Hits> => api.get<Hits>(`/search?${query}`);
  expect(await find('q=lighthouse&type=keyword')).toMatchObject({ total: 1, hits: [{ asset: { key: 'kept.mp4' } }] });
  expect((await find('q=gulls&type=semantic&limit=1')).hits).toMatchObject([{ asset: { key: 'kept.mp4' } }]);
  const found = await until(async () => {
    const { hits } = await find('q=miller&type=semantic&limit=1');
    return hits[0]?.asset.key === 'anew.mp4' ? hits : undefined;
  });
  expect(found).toHaveLength(1);
  await server.close();
});

it('goes on where it was killed, from files too, and adds nothing twice', async () => {
  const said = Array.from({ length: ROWS }, (_, row) => `sentence ${row} of many`);
  const vectors = await embedder.embed(said);
  const transcripts = Array.from({ length: TRANSCRIPTS }, (_, number) => ({
    ...{ key: `clip-${number}.mp4`, said, vectors, model: embedder.model },
  }));
  const tables = Object.values(mediasearchTables(transcripts));
  const env = { DATA_DIR: join(folder, 'many') };
  const source = await clusters.with('many', tables);
  const counted = (): Promise<number[]> =>
    withTables(async ({ manager }) => [await manager.count(SEGMENTS), await manager.count(EMBEDDINGS)], env);

  const first = startMgmt(['import', 'mediasearch', '--source-env', source, '--json'], env);
  const ended = first.result.then(() => true);
  const written = async (): Promise<boolean | undefined> => {
    const [segments = 0] = await counted().catch(() => []);
    return segments > 0 || (await Promise.race([ended, Promise.resolve(undefined)]));
  };
  await until(async () => ((await written()) === true ? true : undefined), 120_000);
  first.child.kill('SIGKILL');
  await first.result;

  const started = performance.now();
  const { code, out, err } = await runMgmt(['import', 'mediasearch', '--source-env', source, '--json'], env);
  console.info(`${TRANSCRIPTS * ROWS} rows in ${((performance.now() - started) / 1000).toFixed(1)} s, with verify`);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const total = (table: string): number => {
    const { taken, present } = jsonLines(out).find((line) => line['table'] === table) as Record<string, number>;
    return (taken ?? 0) + (present ?? 0);
  };
  expect(total('transcript_segments')).toBe(TRANSCRIPTS * ROWS);
  expect(await counted()).toEqual([TRANSCRIPTS * ROWS, TRANSCRIPTS * ROWS]);

  const files = join(folder, 'files');
  await putInFiles(files, tables.slice(0, 3), () => 'parquet');
  await putInFiles(files, tables.slice(3), () => 'arrow-stream');
  const again = await runMgmt((await guideCommands('mediasearch', { 'exported-mediasearch': files })).files, env);
  expect(jsonLines(again.out)).toContainEqual({
    ...{ table: 'transcript_embeddings', taken: 0, present: TRANSCRIPTS * ROWS, left: 0, refused: 0 },
  });
  expect(await counted()).toEqual([TRANSCRIPTS * ROWS, TRANSCRIPTS * ROWS]);
});
