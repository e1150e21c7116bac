import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableInfo } from '../../../../../src/vastdb/engines/vast/client/table-info.ts';
import { VastClient } from '../../../../../src/vastdb/engines/vast/client/vast-client.ts';
import { AnswerReader } from '../../../../../src/vastdb/engines/vast/protocol/answer-reader.ts';
import { batchMessageHead, schemaMessage } from '../../../../../src/vastdb/engines/vast/protocol/ipc-messages.ts';
import { readStream } from '../../../../../src/vastdb/engines/vast/protocol/ipc-reader.ts';
import type { WireColumn } from '../../../../../src/vastdb/engines/vast/protocol/wire-column.ts';
import { ClusterTransport } from '../../../../../src/vastdb/engines/vast/transport/cluster-transport.ts';
import { TableError } from '../../../../../src/vastdb/table-error.ts';
import { COLUMNS } from './random-cells.ts';
import { type Exchange, exchangesOf } from '../../../../support/vastdb/recordings.ts';

const [STRING, , INT32] = COLUMNS as readonly [WireColumn, WireColumn, WireColumn];

/** A frame of sub-split 0 that is finished with it. */
function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(12);
  header.writeBigUInt64LE(2n ** 48n - 1n, 4);
  return Buffer.concat([header, message]);
}

/** An answer of one column whose batch says what it likes. */
function answer(column: WireColumn, head: Uint8Array, body: Uint8Array): Buffer {
  return Buffer.concat([frame(schemaMessage([column])), frame(head), body]);
}

describe('an answer that lies', () => {
  it.each([
    ['about its rows', INT32, batchMessageHead(2 ** 40, [[2 ** 40, 0]], [0, 8]), new Uint8Array(8)],
    ['about the marks of its nulls', INT32, batchMessageHead(2, [[2, 1]], [0, 8]), new Uint8Array(8)],
    ['about the rows of its column', INT32, batchMessageHead(2, [[3, 0]], [0, 16]), new Uint8Array(16)],
    ['about its buffers', INT32, batchMessageHead(2, [[2, 0]], [8]), new Uint8Array(8)],
    ['about its body', STRING, batchMessageHead(1, [[1, 0]], [0, 8, 2 ** 35]), new Uint8Array(8)],
    ['about its type', { ...INT32, name: 'x', type: 'int64' as const }, schemaMessage([INT32]), new Uint8Array()],
    [
      'about the offsets of its texts',
      STRING,
      batchMessageHead(1, [[1, 0]], [0, 8, 0]),
      Buffer.from([0, 0, 0, 0, 9, 0, 0, 0]),
    ],
    ['about the first of these', STRING, batchMessageHead(1, [[1, 0]], [0, 8, 8]), Buffer.alloc(16, 0xf0)],
  ])('%s is refused', (_, column, head, body) => {
    const reader = new AnswerReader([column], 1);
    expect(() => reader.push(answer(column, head, body))).toThrow(
      expect.objectContaining({ kind: 'corrupt' }) as Error,
    );
  });

  it('about how much is to come takes no memory for that', () => {
    const reader = new AnswerReader([STRING], 1);
    const head = batchMessageHead(1, [[1, 0]], [0, 8, 900 * 1024 * 1024]);
    const before = process.memoryUsage().arrayBuffers;
    expect(reader.push(answer(STRING, head, new Uint8Array(1000)))).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
    expect(() => reader.end()).toThrow(expect.objectContaining({ kind: 'unavailable' }) as Error);
  });

  it('about its sub-split is refused', () => {
    const reader = new AnswerReader([STRING], 1);
    expect(() => reader.push(Buffer.from([1, 0, 0, 0]))).toThrow(/sub-split 1 of 1/);
  });

  it('is read or refused, never anything else, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, asFrame) => {
        const bytes = Buffer.from(noise);
        const reader = new AnswerReader(COLUMNS, 4);
        for (const read of [() => reader.push(asFrame ? frame(bytes) : bytes), () => [...readStream(bytes)]]) {
          try {
            read();
          } catch (error) {
            expect(error).toBeInstanceOf(TableError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('other answers with changed bytes', () => {
  let server: Server;
  let transport: ClusterTransport;
  let client: VastClient;
  let next = { headers: {}, body: Buffer.alloc(0) };

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(200, next.headers).end(next.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    transport = new ClusterTransport({ endpoints: [`http://127.0.0.1:${port}`], accessKey: 'a', secretKey: 's' });
    client = new VastClient({ transport, bucket: 'vastdb', schema: 's' });
  });

  afterAll(async () => {
    transport.close();
    await new Promise((resolve) => server.close(resolve));
  });

  const table: TableInfo = { name: 't', columnsByName: new Map([['a', { name: 'a', type: 'int64' }]]), sortKey: [] };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'schema.list': () => client.schemaExists('1', 'a'),
    'table.list': () => client.tables.list('1'),
    'table.stats': () => client.tables.stats('1', 't'),
    'column.list': () => client.columns.list('1', 't'),
    'rows.insert': () => client.rows.insert('1', table, ['a'], [[1n]]),
    'transaction.begin': () => client.transactions.begin(),
  };

  it.each(Object.entries(calls))('%s is read or refused, never anything else', async (op, call) => {
    const answers = ['tables', 'schemas', 'update-and-delete'].flatMap((file) =>
      exchangesOf(file).filter((exchange) => exchange.op === op && exchange.response.status === 200),
    );
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...answers), changes, async ({ response }: Exchange, bytes) => {
        const body = Buffer.from(response.body, 'base64');
        for (const [at, byte] of bytes) if (body.length > 0) body[at % body.length] = byte;
        const headers: Record<string, string> = { ...response.headers, 'tabular-is-truncated': 'false' };
        if (op === 'transaction.begin') headers['tabular-txid'] = String(bytes[0]?.[1] ?? '').replace('1', 'x');
        next = { headers, body };
        try {
          await call();
        } catch (error) {
          expect(error).toBeInstanceOf(TableError);
        }
      }),
      { numRuns: 150 },
    );
  });
});
