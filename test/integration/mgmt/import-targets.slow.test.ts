import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exrInspectorTables } from '../../support/earlier-systems/exr-inspector.ts';
import { putInFiles } from '../../support/earlier-systems/files.ts';
import { mediasearchTables } from '../../support/earlier-systems/mediasearch.ts';
import { vasttamsTables } from '../../support/earlier-systems/vasttams.ts';
import { HashingEmbedder } from '../../../src/features/search/rules/embedding.ts';
import { dropTables, tableEngineEnv } from '../../support/table-engine.ts';
import { jsonLines, runMgmt } from './support/run-mgmt.ts';

/* Imports into the tables of the engine that the project names. Each ends with the checks of `mgmt verify`. */

const S3 = {
  ...{ MEDIA_STORE: 's3', S3_BUCKET: 'renders', S3_ENDPOINT: 'http://127.0.0.1:9', S3_REGION: 'us-east-1' },
  ...{ S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'secret' },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-import-targets-'));
});
afterAll(async () => {
  await dropTables(folder);
  await rm(folder, { recursive: true });
});

it('takes the tables of each earlier system once, however often it is run', async () => {
  const embedder = new HashingEmbedder();
  const said = ['the harbour at dawn', 'gulls over the water'];
  const transcript = { key: 'clip.mp4', said, vectors: await embedder.embed(said), model: embedder.model };
  const systems = [
    { name: 'vasttams', tables: vasttamsTables(2, 8), taken: { sources: 1, flows: 2, objects: 8, segments: 8 } },
    {
      name: 'mediasearch',
      tables: Object.values(mediasearchTables([transcript])),
      taken: { media_assets: 1, transcript_segments: 2, transcript_embeddings: 2 },
    },
    {
      name: 'exr-inspector',
      tables: Object.values(exrInspectorTables(3)),
      taken: { files: 3, parts: 3, channels: 12, attributes: 9 },
    },
  ];
  const env = { ...S3, DATA_DIR: folder, ...(await tableEngineEnv(folder)) };
  for (const { name, tables, taken } of systems) {
    const from = join(folder, name);
    await putInFiles(from, tables, (_, index) => (index % 2 === 0 ? 'parquet' : 'arrow-stream'));
    const args = [
      'import',
      name,
      '--from',
      from,
      '--json',
      ...(name === 'exr-inspector' ? ['--bucket', 'renders'] : []),
    ];
    for (const run of ['first', 'again']) {
      const { code, out, err } = await runMgmt(args, env);
      expect({ code, err, out }, `${name}, ${run}`).toMatchObject({ code: 0, err: '' });
      for (const [table, rows = 0] of Object.entries<number | undefined>(taken)) {
        const [fresh, present] = run === 'first' ? [rows, 0] : [0, rows];
        expect(jsonLines(out), `${name}, ${run}`).toContainEqual({ table, taken: fresh, present, left: 0, refused: 0 });
      }
    }
  }
});
