import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api } from '../behaviour/support/api.ts';

/* A flow that has content for all of time but two seconds: more nanoseconds than an int64 has. */

const COVERED_S = 18_446_744_072n;
const COVERED_NS = COVERED_S * 1_000_000_000n;

let server: TestServer;
let api: Api;
let flow: string;
beforeAll(async () => {
  server = await startTestServer();
  api = new Api(server.baseUrl);
  flow = await api.newFlow({ avg_bit_rate: 8000 });
  const get_urls = [{ label: 'elsewhere', url: 'https://media.example/a' }];
  const segments = ['[-9223372036:0_0:0)', '[0:0_9223372036:0)'].map((timerange, index) => ({
    object_id: `object ${index}`,
    timerange,
    get_urls,
  }));
  await api.must('POST', `/flows/${flow}/segments`, segments);
});
afterAll(() => server.close());

describe('content of more than 2^63 ns', () => {
  it('has a positive duration, and bytes', async () => {
    // 1,000,000 bytes a second.
    const whole = { duration: `${COVERED_S}:0`, estimated_bytes: Number(COVERED_S) * 1e6 };
    expect(await api.get('/analytics/flow-usage')).toMatchObject({ ...whole, formats: [whole] });
  });

  it('is summed up as it is', async () => {
    expect(await api.get('/analytics/aggregates/summary?table=flows&column=content_covered_ns')).toMatchObject({
      rows: 1,
      min: String(COVERED_NS),
      sum: String(COVERED_NS),
    });
  });

  it('is exported as it is', async () => {
    const [row] = await parquetRows('table=flows', 'content_covered_ns');
    expect(row).toEqual([COVERED_NS]);
    expect((await arrowTable('table=flows')).getChild('content_covered_ns')?.get(0)).toBe(COVERED_NS);
  });
});

describe('an exported segment', () => {
  it('has the JSON that a listing shows, but for its URLs', async () => {
    const listed = await api.get<Record<string, unknown>[]>(`/flows/${flow}/segments`);
    const expected = listed.map((segment) => ({ ...segment, get_urls: undefined }));
    const read = (texts: unknown[]): unknown[] => texts.map((text) => JSON.parse(String(text)) as unknown);
    expect(read((await parquetRows('', 'fragment ORDER BY start_ns')).flat())).toEqual(expected);
    const arrow = await arrowTable('');
    expect(read([...(arrow.getChild('fragment') ?? [])])).toEqual(expect.arrayContaining(expected));
  });
});

describe('a series of a table without times', () => {
  it.each(['moving-average', 'anomalies', 'trend'])('is refused for the table: %s', async (series) => {
    for (const query of ['', '&time=', '&time=start_ns', '&column=index&time=x']) {
      const { status, json } = await api.send('GET', `/analytics/series/${series}?table=exr_parts${query}`);
      expect([status, json]).toEqual([
        400,
        expect.objectContaining({ summary: 'table: exr_parts has no time, so there is no series of it' }),
      ]);
    }
  });
});

async function bytesOf(query: string): Promise<Uint8Array> {
  const response = await fetch(`${server.baseUrl}/analytics/export?${query}`);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

const arrowTable = async (query: string) => tableFromIPC(await bytesOf(`${query}&format=arrow`));

async function parquetRows(query: string, columns: string): Promise<unknown[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'tams-export-'));
  const file = join(folder, 'rows.parquet');
  await writeFile(file, await bytesOf(query));
  const [column, order = ''] = columns.split(/(?= ORDER)/);
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  try {
    const reader = await connection.runAndReadAll(`SELECT ${column ?? ''} FROM '${file}'${order}`);
    return reader.getRows();
  } finally {
    connection.disconnectSync();
    database.closeSync();
    await rm(folder, { recursive: true });
  }
}
