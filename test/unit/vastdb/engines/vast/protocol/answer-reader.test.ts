import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../../../../src/vastdb/engine.ts';
import { AnswerReader, type Page } from '../../../../../../src/vastdb/engines/vast/protocol/answer-reader.ts';
import {
  rowIdColumn,
  wireColumn,
  type WireColumn,
} from '../../../../../../src/vastdb/engines/vast/protocol/wire-column.ts';
import { TableError } from '../../../../../../src/vastdb/table-error.ts';
import { type Exchange, exchangesOf } from '../../../../../support/vastdb/recordings.ts';
import { cellOf, definitionOf } from '../recorded-values.ts';

const FILES = [
  'conflict',
  'insert-and-select',
  'paging',
  'predicates-combined',
  'predicates-int64',
  'predicates-other-types',
  'predicates-utf8',
  'retries',
  'update-and-delete',
  'vectors',
  'wide-insert',
];

interface Answer {
  readonly title: string;
  readonly exchange: Exchange;
  readonly columns: readonly WireColumn[];
  readonly body: Buffer;
}

/** The answers whose columns are all of our types. */
const answers: Answer[] = FILES.flatMap((file) =>
  exchangesOf(file).flatMap((exchange) => {
    if (exchange.expect === undefined) return [];
    const columns = exchange.expect.columns.map((field) => {
      if (field.name === '$row_id') return rowIdColumn(false);
      const definition = definitionOf(field);
      return definition === undefined ? undefined : wireColumn(definition);
    });
    const ours = columns.filter((column) => column !== undefined);
    if (ours.length < columns.length) return [];
    const body = Buffer.from(exchange.response.body, 'base64');
    return [{ title: `${file} ${exchange.n}: ${exchange.label}`, exchange, columns: ours, body }];
  }),
);

const whole = answers.filter(({ exchange }) => exchange.expect?.error === undefined);
const broken = answers.filter(({ exchange }) => exchange.expect?.error !== undefined);

function read({ columns, exchange }: Answer, pieces: readonly Buffer[]): Page[] {
  const subSplits = Number(exchange.request.headers['tabular-num-of-subsplits']);
  const reader = new AnswerReader(columns, subSplits);
  const pages = pieces.flatMap((piece) => reader.push(piece));
  reader.end();
  return pages;
}

function rowsOf({ columns }: Answer, pages: readonly Page[]): Record<string, Cell>[] {
  return pages.flatMap((page) =>
    Array.from({ length: page.columns.length === 0 ? 0 : page.rowCount }, (_, row) =>
      Object.fromEntries(columns.map(({ name }, position) => [name, page.columns[position]?.[row] ?? null])),
    ),
  );
}

function expected({ exchange, columns }: Answer): Record<string, Cell>[] {
  return (exchange.expect?.rows ?? []).map((row) =>
    Object.fromEntries(
      columns.map(({ name, type }) => [
        name,
        cellOf({ type: type === 'rowId' ? 'int64' : (type as 'int64') }, row[name]),
      ]),
    ),
  );
}

/** The bytes in pieces that end where `cuts`, each from 0 to 1, say. */
function inPieces(body: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((cut) => Math.floor(cut * body.length)).sort((a, b) => a - b), body.length];
  return ends.map((end, index) => body.subarray(ends[index - 1] ?? 0, end));
}

describe('recorded answers', () => {
  it('are many', () => {
    expect(whole.length).toBeGreaterThan(130);
    expect(broken.length).toBe(3);
  });

  it.each(whole)('$title', (answer) => {
    const pages = read(answer, [answer.body]);
    expect(pages.map(({ subSplit, nextRowId, rowCount }) => [subSplit, String(nextRowId), rowCount])).toEqual(
      answer.exchange.expect?.pages.map(({ stream, next, rows }) => [stream, next, rows]),
    );
    expect(rowsOf(answer, pages)).toEqual(expected(answer));
  });

  it.each(broken)('$title', (answer) => {
    const { columns, body, exchange } = answer;
    const reader = new AnswerReader(columns, Number(exchange.request.headers['tabular-num-of-subsplits']));
    const pages: Page[] = [];
    expect(() => {
      pages.push(...reader.push(body));
      reader.end();
    }).toThrow(expect.objectContaining({ kind: 'unavailable' }) as Error);
    expect(rowsOf(answer, pages)).toEqual(expected(answer));
  });

  it('are the same in pieces of any length', () => {
    fc.assert(
      fc.property(fc.constantFrom(...whole), fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (answer, cuts) => {
        const pages = read(answer, inPieces(answer.body, cuts));
        expect(pages.length).toBe(answer.exchange.expect?.pages.length);
        expect(rowsOf(answer, pages)).toEqual(expected(answer));
      }),
      { numRuns: 300 },
    );
  });

  it('are the same byte by byte', () => {
    const answer = whole.find(({ title }) => title.includes('interleaved')) as Answer;
    const bytes = Array.from(answer.body, (_, index) => answer.body.subarray(index, index + 1));
    expect(rowsOf(answer, read(answer, bytes))).toEqual(expected(answer));
  });

  it('are refused where they end early, wherever that is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (answer, share) => {
          const cut = answer.body.subarray(0, Math.floor(share * answer.body.length));
          expect(() => read(answer, [cut])).toThrow(TableError);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are read or refused, never anything else, when bytes of them are changed', () => {
    const change = fc.tuple(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...whole), fc.array(change, { minLength: 1, maxLength: 8 }), (answer, changes) => {
        const body = Buffer.from(answer.body);
        for (const [at, byte] of changes) body[Math.floor(at * body.length)] = byte;
        try {
          read(answer, [body]);
        } catch (error) {
          expect(error).toBeInstanceOf(TableError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
