import { afterEach, describe, expect, test } from 'vitest';
import { startVastEmulator, type VastEmulator } from '../../../support/vast-emulator/index.ts';
import { verifySignature } from '../../../support/vast-emulator/http/signature.ts';
import { FlatTable } from '../../../support/vast-emulator/wire/flatbuffers.ts';
import { readFieldNames, readQueryAnswer, readStreamRows, type QueryAnswer } from './answers.ts';
import { type Exchange, exchangesOf, scenarios, signingCases } from '../../../support/vastdb/recordings.ts';
import { SignedClient, type RawAnswer } from './signed-client.ts';

const CREDENTIALS = { accessKey: 'abc', secretKey: 'xyz' };
const ROW_GROUP_ROWS = 2 ** 16;

/** Exchanges whose recorded answers were not those of the emulator's settings. */
const REFUSED_BY_RECORDER = new Set(['projection.get']);

let emulator: VastEmulator | undefined;

afterEach(async () => emulator?.close());

describe('recorded exchanges of the official SDK', () => {
  test.each(scenarios())('%s', async (scenario) => {
    // Pages are compared, too, so rows come in the order of their ids, as they do in the recordings.
    emulator = await startVastEmulator({ ...CREDENTIALS, bucket: 'vastdb', seed: 0, projections: false });
    const client = new Replay(emulator);
    for (const exchange of exchangesOf(scenario)) {
      if (exchange.injected !== undefined) continue;
      const answer = await client.send(exchange);
      const where = `${scenario} ${exchange.n}: ${exchange.label}`;
      expect(answer.status, `${where}\n${answer.body.toString('latin1')}`).toBe(exchange.response.status);
      expect(contentOf(exchange, answer), where).toEqual(contentOf(exchange, recordedAnswer(exchange)));
    }
    client.close();
  });

  test.each(['insert-and-select', 'predicates-utf8', 'predicates-combined', 'update-and-delete', 'vectors', 'nested'])(
    '%s, in scrambled order',
    async (scenario) => {
      emulator = await startVastEmulator({ ...CREDENTIALS, bucket: 'vastdb', seed: 11, pages: { rowGroupRows: 64 } });
      const client = new Replay(emulator);
      for (const exchange of exchangesOf(scenario)) {
        const answer = await client.send(exchange);
        // A limit picks other rows in another order; all other queries answer the same rows.
        if (exchange.request.headers['tabular-limit-rows'] !== '131072') continue;
        const where = `${scenario} ${exchange.n}: ${exchange.label}`;
        expect(rowsOf(exchange, answer), where).toEqual(rowsOf(exchange, recordedAnswer(exchange)));
      }
      client.close();
    },
  );

  test.each(signingCases())('signature: $label', (signed) => {
    const request = {
      method: signed.method,
      url: signed.path,
      headers: { host: signed.host, 'x-amz-date': signed['x-amz-date'], authorization: signed.authorization },
      body: Buffer.from(signed.body, 'base64'),
    };
    expect(() => verifySignature(request, CREDENTIALS)).not.toThrow();
    expect(() => verifySignature(request, { ...CREDENTIALS, secretKey: 'xyy' })).toThrow();
    expect(() => verifySignature({ ...request, method: 'PATCH' }, CREDENTIALS)).toThrow();
  });
});

/** Sends recorded requests, with its own transaction ids in place of the recorded ones. */
class Replay {
  readonly #emulator: VastEmulator;
  readonly #clients: Record<string, SignedClient>;
  readonly #ids = new Map<string, string>();

  constructor(target: VastEmulator) {
    this.#emulator = target;
    const [endpoint = ''] = target.endpoints;
    this.#clients = {
      right: new SignedClient(endpoint, 'abc', 'xyz'),
      'bad signature': new SignedClient(endpoint, 'abc', 'wrong'),
      'unknown access key': new SignedClient(endpoint, 'nobody', 'xyz'),
    };
  }

  async send({ request, response, server_settings: settings = {}, label }: Exchange): Promise<RawAnswer> {
    const { pages } = this.#emulator.settings;
    Object.assign(pages, {
      pageRows: settings.page_rows ?? 2 ** 17,
      rowGroupRows: settings.row_group_rows ?? ROW_GROUP_ROWS,
      setRows: settings.cycle_rows ?? Number.MAX_SAFE_INTEGER,
      batchRows: settings.batch_rows ?? Number.MAX_SAFE_INTEGER,
      interleaved: settings.interleave === 1,
    });
    const recorded = request.headers['tabular-txid'];
    const headers: Record<string, string> = { ...request.headers };
    delete headers['content-length'];
    if (recorded !== undefined) headers['tabular-txid'] = this.#ids.get(recorded) ?? recorded;
    const body = Buffer.from(request.body, 'base64');
    const answer = await this.#clientFor(label).send({ method: request.method, url: request.path, headers, body });
    const id = response.headers['tabular-txid'];
    if (id !== undefined) this.#ids.set(id, answer.headers['tabular-txid'] ?? '');
    return answer;
  }

  close(): void {
    for (const client of Object.values(this.#clients)) client.close();
  }

  #clientFor(label: string): SignedClient {
    const kind = Object.keys(this.#clients).find((start) => label.startsWith(start)) ?? 'right';
    return this.#clients[kind] as SignedClient;
  }
}

function recordedAnswer({ response }: Exchange): RawAnswer {
  return { status: response.status, headers: response.headers, body: Buffer.from(response.body, 'base64') };
}

/** What of an answer is compared: never handles, sizes, codes or messages. */
function contentOf(exchange: Exchange, { status, headers, body }: RawAnswer): unknown {
  const { op, response, request } = exchange;
  if (status !== 200 || REFUSED_BY_RECORDER.has(op)) return status;
  const listing = Object.entries(headers).filter(([name]) => /^tabular-(next-key|is-truncated|list-count)$/.test(name));
  const decoded = response.decoded ?? {};
  if (op === 'data.query') return pagesOf(exchange, body);
  if (decoded.arrow !== undefined) {
    return {
      listing: listing.sort(),
      fields: readFieldNames(body),
      rows: op === 'rows.insert' ? readStreamRows(body) : [],
    };
  }
  if (decoded.flatbuffer === undefined) return body.length;
  const isStats = op === 'table.stats';
  const hasCounts = isStats || request.headers['tabular-include-list-stats'] === 'True';
  return {
    listing: listing.sort(),
    ...(isStats ? statsOf(body) : listOf(decoded.flatbuffer as string, body, hasCounts)),
  };
}

/** Pages with their rows as sets; in the order of the rows' first appearance nothing is promised. */
function pagesOf({ relation, response }: Exchange, body: Buffer): QueryAnswer {
  const answer = readQueryAnswer(body, relation?.projection.length ?? 0);
  expect(response.frames?.at(-1)).toBe(answer.ending);
  const pages = answer.pages.map((page) => ({ ...page, rows: [...page.rows].sort() }));
  return { ...answer, pages: pages.sort((a, b) => a.stream - b.stream) };
}

function rowsOf({ relation }: Exchange, { body }: RawAnswer): string[] {
  return readQueryAnswer(body, relation?.projection.length ?? 0)
    .pages.flatMap(({ rows }) => rows)
    .sort();
}

function statsOf(body: Buffer): Record<string, unknown> {
  const stats = FlatTable.root(body);
  return { rows: stats.int64(0), external: stats.boolean(2), isSorted: stats.boolean(5), score: stats.int64(6) };
}

function listOf(kind: string, body: Buffer, hasCounts: boolean): Record<string, unknown> {
  const list = FlatTable.root(body);
  const objects = list.tables(kind === 'ListSchemasResponse' ? 1 : 2).map((object) => ({
    name: object.text(0),
    properties: object.text(1),
    rows: hasCounts ? object.uint64(3) : undefined,
    isSorted: object.boolean(6),
  }));
  return { bucket: list.text(0), schema: kind === 'ListSchemasResponse' ? undefined : list.text(1), objects };
}
