import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';

import { fromJson, type Json, toJson } from '../../../src/shared/json-text.ts';
import { and, eq, gt, inSelect, isIn, isNull, not, or } from '../../../src/vastdb/predicate/builder.ts';
import type { Where } from '../../../src/vastdb/predicate/predicate.ts';
import { afterPosition } from '../../../src/vastdb/query/keyset.ts';
import { lookup } from '../../../src/vastdb/query/table-query.ts';
import {
  type ChangesOf,
  defineTable,
  json,
  type NewRowOf,
  type RowOf,
  text,
} from '../../../src/vastdb/schema/define-table.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../support/vastdb/temporary-engine.ts';
import { insertRows, selectOne, updateRows } from '../../support/vastdb/rows.ts';

const CLIPS = defineTable({
  name: 'clips',
  doc: 'Clips.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'state', type: text<'raw' | 'cut'>(), required: true },
    { name: 'start_ns', type: 'int64', required: true },
    { name: 'rating', type: 'int32' },
    { name: 'document', type: json<{ title: string }>() },
  ],
  indexes: [{ columns: ['id'], unique: true }],
  internal: true,
  docs: { id: 'Its id.', state: 'Its state.', start_ns: 'Its begin.', rating: 'Its rating.', document: 'All of it.' },
});
const WORDS = defineTable({
  name: 'words',
  doc: 'Words of clips.',
  columns: [
    { name: 'clip', type: 'string', required: true },
    { name: 'word', type: 'string', required: true },
  ],
  internal: true,
  docs: { clip: 'The clip.', word: 'One of its words.' },
});
type ClipRow = RowOf<typeof CLIPS>;

let temporary: TemporaryEngine;
let manager: VastDBManager;
beforeEach(async () => {
  temporary = await openTemporaryEngine();
  manager = await VastDBManager.open(temporary.engine, [CLIPS, WORDS]);
  await insertRows(manager, CLIPS, [
    { id: 'a', state: 'raw', start_ns: 1n, rating: 5, document: toJson({ title: 'A' }) },
    { id: 'b', state: 'cut', start_ns: 2n },
  ]);
  await insertRows(manager, WORDS, [{ clip: 'a', word: 'goal' }]);
});
afterEach(async () => {
  await temporary.dispose();
});

// Each line under `@ts-expect-error` fails the type check once the compiler lets it pass.
describe('a defined table', () => {
  it('gives the type of its rows', () => {
    expectTypeOf<ClipRow>().toEqualTypeOf<{
      readonly id: string;
      readonly state: 'raw' | 'cut';
      readonly start_ns: bigint;
      readonly rating: number | null;
      readonly document: Json<{ title: string }> | null;
    }>();
    expectTypeOf<NewRowOf<ClipRow>>().toExtend<{ id: string; rating?: number | null | undefined }>();
  });

  it('gives out what it holds, typed', async () => {
    const { rows } = await manager.select({ table: CLIPS, columns: ['rating', 'id'], where: eq('id', 'a') });
    expectTypeOf(rows).toEqualTypeOf<[number | null, string][]>();
    expect(rows).toEqual([[5, 'a']]);
    const clip = await selectOne(manager, { table: CLIPS, columns: ['document'], where: eq('id', 'a') });
    expectTypeOf(clip).toEqualTypeOf<Pick<ClipRow, 'document'> | undefined>();
    expect(clip?.document && fromJson(clip.document).title).toBe('A');
    const lookups = [lookup(WORDS, { column: 'word', match: 'clip', equals: 'id' })] as const;
    const found = await manager.select({ table: CLIPS, columns: ['id'], lookups, where: eq('id', 'a') });
    expectTypeOf(found.rows).toEqualTypeOf<[string, Json<readonly string[]>][]>();
    expect(found.rows).toEqual([['a', '["goal"]']]);
    for await (const { columns } of manager.reader().scan({ table: CLIPS, columns: ['start_ns'] })) {
      expectTypeOf(columns[0]).toEqualTypeOf<readonly bigint[]>();
      expect(columns[0]).toEqual([1n, 2n]);
    }
  });

  it('is read by its name with cells of any type', async () => {
    const { rows } = await manager.select({ table: 'clips', columns: ['id'], where: eq('rating', 5) });
    expect(rows).toEqual([['a']]);
  });

  it('has no other columns', async () => {
    // @ts-expect-error a column that is not there
    await expect(manager.select({ table: CLIPS, columns: ['title'] })).rejects.toThrow('title');
    // @ts-expect-error a column that is not there
    await expect(manager.selectRows({ table: CLIPS, columns: ['title'] })).rejects.toThrow('title');
    // @ts-expect-error a column that is not there
    await expect(manager.count(CLIPS, eq('title', 'A'))).rejects.toThrow('title');
    const orderBy = [{ column: 'title', direction: 'asc' }] as const;
    // @ts-expect-error a column that is not there
    await expect(manager.select({ table: CLIPS, columns: ['id'], orderBy })).rejects.toThrow('title');
    // @ts-expect-error a column that is not there
    await expect(updateRows(manager, CLIPS, eq('id', 'a'), { title: 'B' })).rejects.toThrow('title');
    const other = { name: 'other', doc: 'Others.', columns: [{ name: 'id', type: 'string' }], internal: true } as const;
    // @ts-expect-error an index on a column that is not there
    defineTable({ ...other, docs: { id: 'Its id.' }, indexes: [{ columns: ['key'] }] });
    // @ts-expect-error a column without a description
    defineTable({ ...other, docs: {} });
  });

  it('takes cells of its types alone', async () => {
    // @ts-expect-error a number for an int64
    await expect(insertRows(manager, CLIPS, [{ id: 'c', state: 'raw', start_ns: 3 }])).rejects.toThrow('start_ns');
    // @ts-expect-error a required column is left out
    await expect(insertRows(manager, CLIPS, [{ id: 'c', state: 'raw' }])).rejects.toThrow('start_ns');
    // @ts-expect-error null for a required column
    await expect(updateRows(manager, CLIPS, eq('id', 'a'), { start_ns: null })).rejects.toThrow('start_ns');
    await manager.transaction(async (tx) => {
      // @ts-expect-error cells in another order than the columns
      await expect(tx.insertArrays(CLIPS, ['id', 'start_ns'], [[3n, 'c']])).rejects.toThrow('state');
    });
    const changes: ChangesOf<ClipRow>[] = [
      { state: 'cut', rating: null, document: toJson({ title: 'B' }) },
      // @ts-expect-error the state is one of two
      { state: 'lost' },
      // @ts-expect-error text that is not known to be a document
      { document: '{}' },
    ];
    for (const change of changes) expect(await updateRows(manager, CLIPS, eq('id', 'a'), change)).toBe(1);
  });
});

describe('a predicate', () => {
  it('fits tables that have its columns, with its cells', () => {
    const wheres: Where<ClipRow>[] = [
      and([eq('id', 'a'), or([eq('state', 'raw'), isNull('rating')]), not(isIn('start_ns', [1n, 2n]))]),
      inSelect('id', { table: WORDS, column: 'clip', where: eq('word', 'goal') }),
      afterPosition([{ column: 'start_ns', direction: 'asc' }], [1n]),
      and([]),
      // @ts-expect-error a number for an int64
      gt('start_ns', 1),
      // @ts-expect-error a state that is none
      eq('state', 'lost'),
      // @ts-expect-error a required column is never null
      isNull('id'),
      // @ts-expect-error one of the terms names a column of another table
      and([eq('id', 'a'), eq('word', 'goal')]),
      // @ts-expect-error the numbers of one table among the texts of another
      inSelect('rating', { table: WORDS, column: 'clip' }),
    ];
    expect(wheres).toHaveLength(9);
    // @ts-expect-error a column that the inner table does not have
    inSelect('id', { table: WORDS, column: 'id' });
  });
});
