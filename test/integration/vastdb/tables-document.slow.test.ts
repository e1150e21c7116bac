import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExrApi, renderedFrame } from '../../support/exr-objects.ts';
import { POSTGRES_MISSING, startPostgres } from '../../support/postgres-server.ts';
import { pythonWith, VAST_SDK } from '../../support/python.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import { vastEnv } from '../../support/vastdb/vast-env.ts';

/* The statements of docs/tables.md, as they stand there, over tables that a server filled. */

const TEXT = await readFile(new URL('../../../docs/tables.md', import.meta.url), 'utf8');
const blocks = (language: string): string[] =>
  [...TEXT.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``, 'g'))].map(([, block = '']) => block);
const STATEMENTS = blocks('sql');
const DIALECTS = ['trino', 'spark'] as const;
/** Python alone takes seconds to start. */
const FLOW = '10000000-0000-4000-8000-000000000015';
/** The first cell of the rows of each statement. */
const ANSWERS = [
  [FLOW],
  [FLOW, FLOW],
  [FLOW],
  ['renders/beauty.#.exr'],
  ['renders/beauty.1001.exr', 'renders/beauty.1003.exr'],
  [FLOW],
];

/** A flow with two segments, two frames with a gap between them, and a transcript. */
async function fill(server: TestServer): Promise<void> {
  const api = new ExrApi(server.baseUrl);
  await api.newFlow({ id: FLOW, label: 'News', tags: { project: 'news', auth_classes: 'news' } });
  for (const [index, { object_id }] of (await api.allocate(FLOW, { limit: 2 })).entries()) {
    const timerange = `[${3723 + index}:500000000_${3724 + index}:500000000)`;
    await api.must('POST', `/flows/${FLOW}/segments`, { object_id, timerange });
  }
  const frames = [1001, 1003].map((number) => [`renders/beauty.${number}.exr`, renderedFrame(number)] as const);
  await api.uploadAll(await api.newExrFlow({ tags: { auth_classes: 'films' } }), Object.fromEntries(frames));
  for (const [name] of frames) await api.inspect(name);
  const link = { flow_id: FLOW, offset: '3600:0' };
  const asset = await api.must<{ id: string }>('POST', '/search/assets', { bucket: 'news', key: 'evening.mp4', link });
  const response = await fetch(`${server.baseUrl}/search/assets/${asset.id}/transcript`, {
    method: 'PUT',
    headers: { 'content-type': 'text/vtt' },
    body: 'WEBVTT\n\n00:01.000 --> 00:04.500\nA storm warning is in force.\n',
  });
  expect(response.status).toBeLessThan(300);
}

async function ask(statements: readonly string[], run: (sql: string) => unknown[][] | Promise<unknown[][]>) {
  const answers: unknown[][] = [];
  for (const sql of statements) answers.push((await run(sql)).map(([first]) => first));
  return answers;
}

it('has the statements that are asked here', () => {
  expect(STATEMENTS).toHaveLength(ANSWERS.length);
  expect(DIALECTS.map((dialect) => blocks(dialect).length)).toEqual([1, 1]);
});

it('SQLite answers them', async () => {
  const server = await startTestServer({ env: { TABLE_ENGINE: 'sqlite' } });
  try {
    await fill(server);
    const database = new DatabaseSync(join(server.dataDir, 'tables', 'tables.sqlite'), { readOnly: true });
    const answers = await ask(STATEMENTS, (sql) => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      return statement.all().map((row) => Object.values(row));
    });
    database.close();
    expect(answers).toEqual(ANSWERS);
  } finally {
    await server.close();
  }
});

it.skipIf(POSTGRES_MISSING !== undefined)('PostgreSQL answers them', async () => {
  const postgres = await startPostgres();
  const url = await postgres.database();
  const env = { TABLE_ENGINE: 'postgres', DATABASE_URL: url, SECRET_KEY: 'a secret of thirty-two characters and more' };
  const server = await startTestServer({ env });
  const client = new pg.Client(url);
  try {
    await fill(server);
    await client.connect();
    await client.query('set search_path to tams');
    const answers = await ask(
      STATEMENTS,
      async (text) => (await client.query<unknown[]>({ text, rowMode: 'array' })).rows,
    );
    expect(answers).toEqual(ANSWERS);
  } finally {
    await client.end();
    await server.close();
    await postgres.dispose();
  }
});

/** Writes the tables that the SDK reads to files, and statements as DuckDB has them, from the dialects that they are written in. */
const TO_FILES = `
import json, os, sys, sqlglot, vastdb
from sqlglot import exp
import pyarrow.parquet as pq
from sqlglot.optimizer.qualify import qualify
folder, statements = sys.argv[1], json.loads(sys.argv[2])
TYPES = {'string': 'varchar', 'int64': 'bigint', 'int32': 'int', 'double': 'double', 'bool': 'boolean'}
columns = {}
session = vastdb.connect(endpoint=os.environ['VAST_ENDPOINT'], access=os.environ['VAST_ACCESS_KEY'], secret=os.environ['VAST_SECRET_KEY'])
with session.transaction() as tx:
    schema = tx.bucket(os.environ['VAST_BUCKET']).schema(os.environ['VAST_SCHEMA'])
    for table in schema.tables():
        if table.name == '_locks': continue
        rows = table.select().read_all()
        columns[table.name] = {f.name: TYPES.get(str(f.type), 'varchar') for f in rows.schema}
        pq.write_table(rows, os.path.join(folder, table.name + '.parquet'))
def translated(dialect, text):
    tree = qualify(sqlglot.parse_one(text, read=dialect), schema=columns, dialect=dialect, quote_identifiers=False)
    # Trino divides integers as integers.
    whole = lambda node: exp.IntDiv(this=node.this, expression=node.expression) if type(node) is exp.Div else node
    return tree.transform(whole).sql('duckdb')
print(json.dumps([translated(*each) for each in statements]))
`;

const python = await pythonWith(VAST_SDK, 'sqlglot');

describe.skipIf(typeof python !== 'string')("over an emulated cluster, with the vendor's SDK", () => {
  let emulator: VastEmulator;
  let server: TestServer;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    emulator = await startVastEmulator({ schema: 'tams' });
    const tables = vastEnv(emulator, 'tams');
    server = await startTestServer({ env: tables });
    folder = await mkdtemp(join(tmpdir(), 'tams-tables-'));
    await fill(server);
    env = { ...tables, VAST_ENDPOINT: tables.VAST_ENDPOINTS, FLOW, PATH: process.env['PATH'] ?? '' };
  });
  afterAll(async () => {
    await server.close();
    await emulator.close();
    await rm(folder, { recursive: true, force: true });
  });
  const runPython = async (script: string, ...args: string[]): Promise<string> =>
    (await promisify(execFile)(python as string, ['-c', script, ...args], { env })).stdout;

  it('the script prints the segments', async () => {
    const lines = (await runPython(blocks('python')[0] ?? 'exit 1')).trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['3723', '3724']);
    for (const line of lines) expect(line).toMatch(/^\d+ [0-9a-f-]{36} [^ ]+$/);
  });

  it('DuckDB answers them, and those of Trino and Spark', async () => {
    const dialects = DIALECTS.map((dialect) => [dialect, blocks(dialect)[0] ?? '']);
    const translated = JSON.parse(await runPython(TO_FILES, folder, JSON.stringify(dialects))) as string[];
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    try {
      for (const file of await readdir(folder)) {
        const table = file.replace('.parquet', '');
        await connection.run(`create view ${table} as from '${join(folder, file)}'`);
      }
      await connection.run('create macro timestamp_millis(ms) as make_timestamp(ms * 1000)');
      const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS();
      expect(await ask(STATEMENTS, rowsOf)).toEqual(ANSWERS);
      for (const sql of translated) {
        const rows = await rowsOf(sql);
        expect(rows.map(([label, , rate, start]) => [label, rate, start])).toEqual([
          ['News', 25, '3723:500000000'],
          ['News', 25, '3724:500000000'],
        ]);
        for (const [, created, , , id, key] of rows) {
          expect(Math.abs(Number(created) - Date.now())).toBeLessThan(3_600_000);
          expect(id).toMatch(/^[0-9a-f-]{36}$/);
          expect(key).toMatch(/^\S+$/);
        }
      }
    } finally {
      connection.disconnectSync();
      instance.closeSync();
    }
  });
});
