import { afterEach, describe, expect, it } from 'vitest';
import { comparable, decodeArrow, decodeRelation } from './decode.ts';
import {
  type Exchange,
  exchangesOf,
  type RecordedField,
  type RecordedRow,
} from '../../../../support/vastdb/recordings.ts';
import { definitionOf } from './recorded-values.ts';
import { callOf } from './replay-calls.ts';
import { type ReceivedRequest, type ReplayServer, startReplayServer } from './replay-server.ts';

/** How many exchanges of each file our client goes through; the others are of types or operations that it does not have. */
const FILES: Readonly<Record<string, number>> = {
  conflict: 116,
  errors: 20,
  'handshake-and-transactions': 23,
  'insert-and-select': 30,
  paging: 37,
  'predicates-combined': 16,
  'predicates-int64': 39,
  'predicates-other-types': 20,
  'predicates-utf8': 39,
  retries: 23,
  schemas: 22,
  tables: 52,
  'update-and-delete': 40,
  vectors: 19,
  'wide-insert': 13,
};

/** The official client sends others where ours has one number, and what every client names itself. */
const OWN_HEADERS = new Set(['tabular-client-name', 'tabular-max-keys']);

/** What may differ: bytes of flatbuffers, and how many row groups a sub-split reads in a row, which ours does not vary. */
function comparableHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(headers).filter(([name]) => name.startsWith('tabular-') && !OWN_HEADERS.has(name));
  const result = Object.fromEntries(named);
  if (result['tabular-split'] !== undefined) result['tabular-split'] = result['tabular-split'].replace(/,\d+$/, '');
  return result;
}

function comparableBody({ op, request }: Exchange, body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (op === 'data.query') return comparable(decodeRelation(body));
  if (request.decoded?.['arrow'] !== undefined) return decodeArrow(body);
  return 'an empty table of flatbuffers';
}

function compare(exchange: Exchange, received: ReceivedRequest | undefined): void {
  const { request } = exchange;
  expect(received).toMatchObject({ method: request.method, path: request.path });
  if (received === undefined) return;
  expect(comparableHeaders(received.headers)).toEqual(comparableHeaders(request.headers));
  expect(comparableBody(exchange, received.body)).toEqual(
    comparableBody(exchange, Buffer.from(request.body, 'base64')),
  );
  const isEmptyWrite = request.headers['content-length'] === '0';
  expect(received.headers['content-length']).toBe(
    isEmptyWrite ? '0' : received.body.length > 0 ? String(received.body.length) : undefined,
  );
}

/** Ours asks again after a 500 to what only reads (docs/adr/0008-vast-engine.md); the official client does not. */
const isAskedAgain = ({ request, response }: Exchange): boolean => request.method === 'GET' && response.status === 500;

type Outcome = { readonly result: unknown } | { readonly error: unknown };

/** What the client makes of the answers that it got. */
function checkOutcome(exchanges: readonly Exchange[], outcome: Outcome): void {
  const { op, label, response, request } = exchanges.at(-1) as Exchange;
  const decoded = response.decoded ?? {};
  const named = (list: string): { name: unknown }[] =>
    exchanges.flatMap((exchange) => (exchange.response.decoded?.[list] as { name: unknown }[] | undefined) ?? []);
  const isAsking = op === 'bucket.check' || op === 'transaction.get';
  if (response.status !== 200 && !isAsking) {
    expect(outcome, label).toMatchObject({ error: { name: 'VastError', status: response.status } });
    return;
  }
  // A table of other types than ours is refused after its columns were read.
  if ('error' in outcome) {
    expect(op, label).toBe('column.list');
    expect(outcome.error, label).toMatchObject({ kind: 'invalid' });
    return;
  }
  const { result } = outcome;
  switch (op) {
    case 'transaction.get':
      expect(result, label).toEqual(
        request.headers['tabular-txid'] === undefined ? [5, 4, 0, 1] : response.status === 200,
      );
      break;
    case 'bucket.check':
      expect(result, label).toBe({ 200: true, 404: false }[response.status]);
      break;
    case 'transaction.begin':
      expect(result, label).toBe(response.headers['tabular-txid']);
      break;
    case 'schema.list':
    case 'table.list': {
      const names = named(op === 'schema.list' ? 'schemas' : 'tables').map(({ name }) => name);
      if (typeof result === 'boolean') expect(names.length > 0, label).toBe(result);
      else if (Array.isArray(result)) expect(result, label).toEqual(names);
      else expect((result as { name: string } | undefined)?.name, label).toBe(names[0]);
      break;
    }
    case 'table.stats':
      expect(result, label).toMatchObject({ rows: Number(decoded['numRows']), bytes: Number(decoded['sizeInBytes']) });
      break;
    case 'column.list':
      expect(result, label).toEqual(named('fields').flatMap((field) => definitionOf(field as RecordedField) ?? []));
      break;
    case 'rows.insert':
      expect((result as bigint[]).map(String), label).toEqual(
        (decoded['rows'] as RecordedRow[]).map((row) => row['$row_id']),
      );
      break;
    default:
  }
}

describe('requests as the official client sends them', () => {
  let replay: ReplayServer | undefined;
  afterEach(async () => replay?.close());

  it.each(Object.entries(FILES))('%s', async (file, least) => {
    const exchanges = exchangesOf(file);
    replay = await startReplayServer(exchanges);
    let done = 0;
    while (replay.position < exchanges.length) {
      const first = replay.position;
      const exchange = exchanges[first] as Exchange;
      const call = callOf(exchange, replay);
      if (call === undefined || isAskedAgain(exchange)) {
        replay.position += 1;
        continue;
      }
      const sent = replay.received.length;
      const outcome = await call().then(
        (result) => ({ result }),
        (error: unknown) => ({ error }),
      );
      expect(replay.position, exchange.label).toBeGreaterThan(first);
      checkOutcome(exchanges.slice(first, replay.position), outcome);
      for (const [index, received] of replay.received.slice(sent).entries())
        compare(exchanges[first + index] as Exchange, received);
      done += replay.position - first;
    }
    expect(done).toBeGreaterThanOrEqual(least);
  });
});
