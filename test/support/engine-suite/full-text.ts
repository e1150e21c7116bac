import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexedWords, parseQueryText } from '../../../src/features/search/rules/query-text.ts';
import type { TableDefinition, TableEngine, TextQuery } from '../../../src/vastdb/engine.ts';
import { eq, ne } from '../../../src/vastdb/predicate/builder.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { withoutOrdering } from '../unordered-engine.ts';

const NOTES = {
  name: 'notes',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'folder', type: 'string' },
    { name: 'words', type: 'string' },
  ],
  indexes: [{ columns: ['id'], unique: true }],
  fullText: 'words',
} as const satisfies TableDefinition;

const has = (...words: string[]): TextQuery => ({ column: 'words', all: [[{ words, prefix: false }]], none: [] });

/** The rules of `match`, which hold on every engine that has an index of words. */
export function describeFullText(
  name: string,
  open: () => Promise<{ engine: TableEngine; dispose(): Promise<void> }>,
): void {
  describe(`the full-text index of ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    const insert = (rows: readonly (readonly [string, string | null])[]): Promise<void> =>
      opened.engine.transaction((tx) =>
        tx.insert(
          'notes',
          ['id', 'folder', 'words'],
          rows.map(([id, words]) => [id, 'inbox', words]),
        ),
      );

    const ids = async (match: TextQuery): Promise<string[]> => {
      const { rows } = await opened.engine.reader().select({ table: 'notes', columns: ['id'], match });
      return rows.map(([id]) => id as string).sort();
    };

    it('follows what is inserted, updated, emptied, deleted and rolled back', async () => {
      const { engine } = opened;
      await engine.createTable(NOTES);
      await insert([
        ['a', ' red apple '],
        ['b', ' green apple '],
        ['c', null],
      ]);
      expect(await ids(has('apple'))).toEqual(['a', 'b']);
      const rowId = async (id: string): Promise<bigint | string> => {
        const { rowIds } = await engine
          .reader()
          .select({ table: 'notes', columns: [], where: eq('id', id), rowIds: true });
        return rowIds[0] ?? '';
      };
      const [a, b, c] = [await rowId('a'), await rowId('b'), await rowId('c')];
      await engine.transaction((tx) => tx.update('notes', [a, c], ['words'], [[null], [' yellow pear ']]));
      expect(await ids(has('apple'))).toEqual(['b']);
      expect(await ids(has('pear'))).toEqual(['c']);
      await engine.transaction((tx) => tx.update('notes', [b], ['folder'], [['archive']]));
      expect(await ids(has('green', 'apple'))).toEqual(['b']);
      const undone = engine.transaction(async (tx) => {
        await tx.delete('notes', [b]);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await ids(has('apple'))).toEqual(['b']);
      await engine.transaction((tx) => tx.delete('notes', [b]));
      expect(await ids(has('apple'))).toEqual([]);
    });

    it('scores, counts beyond the limit, and joins the predicate, in both lanes', async () => {
      const { engine } = opened;
      await engine.createTable(NOTES);
      await insert([
        ...Array.from({ length: 30 }, (_, index) => [`n${index}`, ' apple and more '] as const),
        ['z', ' apple '],
      ]);
      for (const lane of ['interactive', 'background'] as const) {
        const query = {
          table: 'notes',
          columns: ['id', 'folder'],
          match: has('apple'),
          where: ne('id', 'n0'),
          limit: 3,
        };
        const { rows } = await engine.reader(lane).select(query);
        expect(rows).toHaveLength(3);
        expect(rows[0]?.slice(0, 2)).toEqual(['z', 'inbox']);
        expect(rows.map((row) => row[3])).toEqual([30, 30, 30]);
        const scores = rows.map((row) => row[2] as number);
        expect(scores[0]).toBeGreaterThan(scores[1] ?? 0);
        const none = await engine.reader(lane).select({ ...query, match: has('pear') });
        expect(none.rows).toEqual([]);
      }
      const bare = await engine.reader().select({ table: 'notes', columns: [], match: has('apple'), limit: 1 });
      expect(bare.rows[0]).toHaveLength(2);
    });

    it('finds and scores what engines without an index do, by the rows alone that it finds', async () => {
      const { engine } = opened;
      const indexed = await VastDBManager.open(engine, [NOTES]);
      const plain = await VastDBManager.open(withoutOrdering(engine), [NOTES]);
      const texts = ['red apple', 'apple apple red pear', 'pear', 'an apple a pear a red pear', 'red red red', 'plum'];
      await insert(texts.map((text) => [text, indexedWords(text)]));
      const queries = ['apple', 'red OR pear', 'apple "red pear" OR pe*', 'a* -plum', 'red'];
      const ask = async (text: string): Promise<[string, number][]> => {
        const match = { column: 'words', ...parseQueryText(text) };
        const query = { table: 'notes', columns: ['id'], match, where: eq('folder', 'inbox') } as const;
        const found = await Promise.all(
          [indexed, plain].map(async (manager) => {
            const { rows } = await manager.select(query);
            return rows.map(([id, score, total]) => ({ id: id as string, score: score as number, total }));
          }),
        );
        const [scored = [], computed = []] = found;
        for (const rows of found) {
          expect(rows.map(({ total }) => total)).toEqual(rows.map(() => scored.length));
          expect(rows).toEqual([...rows].sort((a, b) => b.score - a.score));
        }
        const scores = new Map(computed.map(({ id, score }) => [id, score]));
        for (const { id, score } of scored) expect(scores.get(id), text).toBeCloseTo(score, 12);
        const best = await plain.select({ ...query, limit: 2 });
        expect(best.rows.map(([id]) => id)).toEqual(computed.slice(0, 2).map(({ id }) => id));
        return scored.map(({ id, score }) => [id, score]);
      };
      const before = await Promise.all(queries.map(ask));
      expect(before.map((rows) => rows.length)).toEqual([3, 5, 2, 3, 4]);
      const others = Array.from({ length: 50 }, (_, n) => [`${n}`, 'archive', ` red red pear ${n} `]);
      await engine.transaction((tx) => tx.insert('notes', ['id', 'folder', 'words'], others));
      expect(await Promise.all(queries.map(ask))).toEqual(before);
    });

    it('takes alternatives, beginnings, exclusions, and no text as an operator', async () => {
      await opened.engine.createTable(NOTES);
      await insert([
        ['a', ' red apple '],
        ['b', ' green apples '],
        ['c', ' near or not '],
      ]);
      const phrase = (text: string, prefix = false): TextQuery['none'][number] => ({ words: text.split(' '), prefix });
      expect(await ids({ column: 'words', all: [[phrase('red'), phrase('green')]], none: [] })).toEqual(['a', 'b']);
      expect(await ids({ column: 'words', all: [[phrase('appl', true)]], none: [] })).toEqual(['a', 'b']);
      expect(await ids({ column: 'words', all: [[phrase('appl', true)]], none: [phrase('green')] })).toEqual(['a']);
      expect(await ids({ column: 'words', all: [[phrase('red app', true)]], none: [] })).toEqual(['a']);
      expect(
        await ids({ column: 'words', all: [[phrase('near')], [phrase('or')], [phrase('not')]], none: [] }),
      ).toEqual(['c']);
      expect(await ids({ column: 'words', all: [[phrase('"red" OR *')]], none: [] })).toEqual([]);
      const empty: TextQuery[] = [
        { column: 'words', all: [], none: [phrase('red')] },
        { column: 'words', all: [[]], none: [] },
        { column: 'words', all: [[{ words: [], prefix: true }]], none: [] },
      ];
      for (const match of empty) await expect(ids(match)).rejects.toMatchObject({ kind: 'invalid' });
    });

    it('takes words and texts of any length', async () => {
      await opened.engine.createTable(NOTES);
      const long = 'long'.repeat(1000);
      const numbers = Array.from({ length: 20_000 }, (_, n) => `n${n}`).join(' ');
      const hundreds = Array.from({ length: 12_000 }, (_, n) => `${n}`.padStart(100, 'x')).join(' ');
      await insert([
        ['word', ` ${long} end `],
        ['other', ` ${long}er end `],
        ['words', ` ${numbers} end `],
        ['megabyte', ` ${hundreds} end `],
      ]);
      expect(await ids(has('end'))).toEqual(['megabyte', 'other', 'word', 'words']);
      expect(await ids(has(long))).toEqual(['word']);
      expect(await ids({ column: 'words', all: [[{ words: [long], prefix: true }]], none: [] })).toEqual([
        'other',
        'word',
      ]);
      expect(await ids(has('n19999', 'end'))).toEqual(['words']);
      expect(await ids(has('7'.padStart(100, 'x'), '8'.padStart(100, 'x')))).toEqual(['megabyte']);
      expect(await ids(has('nowhere'))).toEqual([]);
    });

    it('is made for a table that has rows, and goes with it', async () => {
      const { engine } = opened;
      const { fullText, ...plain } = NOTES;
      await engine.createTable(plain);
      await insert([
        ['a', ' red apple '],
        ['b', null],
      ]);
      await expect(ids(has('apple'))).rejects.toMatchObject({ kind: 'invalid' });
      for (let start = 0; start < 2; start += 1) await engine.createIndexes({ ...plain, fullText });
      expect(await ids(has('apple'))).toEqual(['a']);
      expect(await engine.listTables()).toEqual(['notes']);
      const manager = await VastDBManager.open(engine, [NOTES]);
      expect(manager.listTables()).toContain('notes');
      await engine.dropTable('notes');
      expect(await engine.listTables()).not.toContain('notes');
      await engine.createTable(NOTES);
      await insert([['c', ' apple ']]);
      expect(await ids(has('apple'))).toEqual(['c']);
    });

    it('is refused where it cannot be, and a match that cannot be answered, with an index or without', async () => {
      const { engine } = opened;
      const clustered = { ...NOTES, name: 'clustered', sortKey: ['id'] };
      await expect(engine.createTable(clustered)).rejects.toMatchObject({ kind: 'invalid' });
      const nothing = { ...NOTES, name: 'nothing', fullText: 'text' };
      await expect(engine.createTable(nothing)).rejects.toMatchObject({ kind: 'invalid' });
      const plain = await VastDBManager.open(withoutOrdering(engine), [NOTES]);
      const query = { table: 'notes', columns: ['id'], match: has('apple') } as const;
      const empty = { column: 'words', all: [[{ words: [], prefix: true }]], none: [] };
      for (const reader of [engine.reader(), plain.reader()]) {
        const ordered = reader.select({ ...query, orderBy: [{ column: 'id', direction: 'asc' }] });
        await expect(ordered).rejects.toMatchObject({ kind: 'invalid' });
        for (const match of [empty, { ...empty, all: [] }, { ...empty, all: [[]] }]) {
          await expect(reader.select({ ...query, match })).rejects.toMatchObject({ kind: 'invalid' });
        }
      }
    });
  });
}
