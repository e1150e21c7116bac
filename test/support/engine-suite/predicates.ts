import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, ColumnDefinition, EngineCapabilities } from '../../../src/vastdb/engine.ts';
import type { NonNullCell, Predicate } from '../../../src/vastdb/predicate/predicate.ts';
import { createTable, insert, rejection, withCapability, type SuiteContext } from './context.ts';
import { picks, type Row } from './naive-evaluator.ts';

const columns: readonly ColumnDefinition[] = [
  { name: 'id', type: 'int32', required: true },
  { name: 'text', type: 'string' },
  { name: 'big', type: 'int64' },
  { name: 'small', type: 'int32' },
  { name: 'real', type: 'float64' },
  { name: 'flag', type: 'bool' },
  { name: 'bytes', type: 'binary' },
];
const names = columns.map(({ name }) => name);
const indexes = [{ columns: ['text'] }, { columns: ['big', 'small'] }];

/** Few values per type, so that random rows and random predicates meet. */
const texts = [
  '',
  'a',
  'ab',
  'b',
  'A',
  '%',
  '_',
  'a%',
  "'",
  'a\0',
  '\0',
  '😀',
  'a😀',
  '\ud7ff',
  '\ue000',
  'a\u{10ffff}b',
  'a\u{10ffff}',

  '\uffff',
  '\u{10ffff}',
];
const samples: Record<string, readonly NonNullCell[]> = {
  text: texts,
  big: [-(2n ** 63n), -1n, 0n, 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n],
  small: [-(2 ** 31), -1, 0, 1, 2 ** 31 - 1],
  real: [-Infinity, -1.5, 0, 0.1, 1, 2 ** 53],
  flag: [true, false],
  bytes: [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(0, 1), Uint8Array.of(255)],
};

export function describePredicates(context: SuiteContext): void {
  describe('predicates', () => {
    /** Creates a table of these rows; returns what picks ids from it by a predicate. */
    async function tableOf(rows: readonly Row[]): Promise<(where: Predicate) => Promise<Cell[]>> {
      const table = await createTable(context, columns, { indexes });
      await insert(
        context,
        table,
        names,
        rows.map((row) => names.map((name) => row[name] ?? null)),
      );
      return async (where) => {
        const found = await context
          .engine()
          .reader()
          .select({ table, columns: ['id'], where });
        expect(await context.engine().reader().count(table, where)).toBe(found.rows.length);
        return found.rows.flat().sort((a, b) => Number(a) - Number(b));
      };
    }

    const rowOf = (id: number, cells: Partial<Record<string, Cell>>): Row =>
      Object.fromEntries(names.map((name) => [name, name === 'id' ? id : (cells[name] ?? null)]));

    it('pick everything with an empty and, nothing with an empty or or in', async () => {
      const pick = await tableOf([rowOf(1, {}), rowOf(2, { text: 'a' })]);
      expect(await pick({ op: 'and', terms: [] })).toEqual([1, 2]);
      expect(await pick({ op: 'or', terms: [] })).toEqual([]);
      expect(await pick({ op: 'in', column: 'text', values: [] })).toEqual([]);
    });

    it('pick no null by comparing', async () => {
      const pick = await tableOf([rowOf(1, {}), rowOf(2, { big: 1n }), rowOf(3, { big: 2n })]);
      expect(await pick({ op: 'ne', column: 'big', value: 1n })).toEqual([3]);
      expect(await pick({ op: 'eq', column: 'big', value: 1n })).toEqual([2]);
      expect(await pick({ op: 'isNull', column: 'big' })).toEqual([1]);
      expect(await pick({ op: 'isNotNull', column: 'big' })).toEqual([2, 3]);
      expect(await pick({ op: 'not', term: { op: 'isNull', column: 'big' } })).toEqual([2, 3]);
    });

    it('take % and _ and case literally', async () => {
      const pick = await tableOf(['a%b', 'axb', 'A%B', 'a_b'].map((text, id) => rowOf(id, { text })));
      expect(await pick({ op: 'contains', column: 'text', text: '%' })).toEqual([0, 2]);
      expect(await pick({ op: 'startsWith', column: 'text', text: 'a_' })).toEqual([3]);
      expect(await pick({ op: 'startsWith', column: 'text', text: 'a' })).toEqual([0, 1, 3]);
    });

    it('end a prefix at its own characters', async () => {
      const pick = await tableOf(texts.map((text, id) => rowOf(id, { text })));
      for (const text of texts) {
        const expected = texts.flatMap((candidate, id) => (candidate.startsWith(text) ? [id] : []));
        expect(await pick({ op: 'startsWith', column: 'text', text })).toEqual(expected);
      }
    });

    it('take SQL in values as text', async () => {
      const text = "x' OR 1=1; DROP TABLE t; --";
      const pick = await tableOf([rowOf(1, { text }), rowOf(2, { text: 'x' })]);
      expect(await pick({ op: 'eq', column: 'text', value: text })).toEqual([1]);
      expect(await pick({ op: 'contains', column: 'text', text: "' OR 1=1" })).toEqual([1]);
      expect(await pick({ op: 'in', column: 'text', values: ["') OR (1=1", 'y'] })).toEqual([]);
    });

    it.each(['text', 'big', 'small', 'real', 'bytes'])('find thousands of values of %s in a list', async (column) => {
      const value: Record<string, (n: number) => NonNullCell> = {
        text: (n) => `t${n}${n % 100 === 0 ? '\0' : "'"}`,
        big: (n) => 2n ** 62n + BigInt(n),
        small: (n) => n,
        real: (n) => n + 0.1,
        bytes: (n) => Uint8Array.of(n >> 8, n & 255),
      };
      const make = value[column];
      if (make === undefined) throw new Error(`no values for ${column}`);
      const pick = await tableOf(Array.from({ length: 300 }, (_, id) => rowOf(id, { [column]: make(id * 10) })));
      const values = Array.from({ length: 2_500 }, (_, n) => make(n + 5));
      const expected = Array.from({ length: 250 }, (_, index) => index + 1);
      expect(await pick({ op: 'in', column, values })).toEqual(expected);
      for (const count of [1, 2, 3, 64, 65]) {
        const short = { op: 'in', column, values: values.slice(5, 5 + count) } as const;
        expect(await pick(short)).toEqual(expected.slice(0, Math.ceil(count / 10)));
      }
    });

    it('take a long list of terms', async () => {
      const pick = await tableOf(Array.from({ length: 20 }, (_, id) => rowOf(id, { small: id })));
      const terms = Array.from({ length: 3_000 }, (_, n) => ({ op: 'eq', column: 'small', value: n + 10 }) as const);
      expect(await pick({ op: 'or', terms })).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
      const others = Array.from({ length: 3_000 }, (_, n) => ({ op: 'ne', column: 'small', value: n + 2 }) as const);
      expect(await pick({ op: 'and', terms: others })).toEqual([0, 1]);
    });

    it('pick rows by those of another table', async () => {
      const tags = await createTable(context, [
        { name: 'owner', type: 'int64' },
        { name: 'tag', type: 'string' },
      ]);
      await insert(
        context,
        tags,
        ['owner', 'tag'],
        [
          [1n, 'red'],
          [2n, 'blue'],
          [1n, 'blue'],
          [null, 'red'],
        ],
      );
      const pick = await tableOf([1n, 2n, 3n, null].map((big, id) => rowOf(id, { big })));
      const owners = (where: Predicate): Predicate => ({
        op: 'inSelect',
        column: 'big',
        select: { table: tags, column: 'owner', where },
      });
      const red = owners({ op: 'eq', column: 'tag', value: 'red' });
      await withCapability(
        context.engine().capabilities.relational,
        () => pick(red),
        async () => {
          expect(await pick(red)).toEqual([0]);
          expect(await pick(owners({ op: 'and', terms: [] }))).toEqual([0, 1]);
          expect(await pick(owners({ op: 'eq', column: 'tag', value: 'green' }))).toEqual([]);
          expect(await pick({ op: 'not', term: red })).toEqual([1, 2]);
        },
      );
    });

    it('refuse what they cannot be', async () => {
      const pick = await tableOf([rowOf(1, { big: 1n })]);
      await rejection(pick({ op: 'eq', column: 'nowhere', value: 1n }), 'invalid');
      await rejection(pick({ op: 'near', column: 'big', value: 1n } as unknown as Predicate), 'invalid');
      await rejection(pick({ op: 'and', terms: [{ op: 'eq', column: 'nowhere', value: 1n }] }), 'invalid');
      await rejection(pick({ op: 'contains', column: 'big', text: '1' }), 'invalid');
    });

    it('refuse what the capabilities say the engine cannot do', async () => {
      const { capabilities } = context.engine();
      const pick = await tableOf([rowOf(1, { text: 'ab', big: 1n })]);
      const cases: [boolean, Predicate][] = [
        [capabilities.relational, { op: 'not', term: { op: 'eq', column: 'big', value: 2n } }],
        [
          capabilities.relational,
          {
            op: 'or',
            terms: [
              { op: 'eq', column: 'big', value: 1n },
              { op: 'eq', column: 'text', value: 'x' },
            ],
          },
        ],
      ];
      for (const [has, where] of cases) {
        await withCapability(
          has,
          () => pick(where),
          async () => expect(await pick(where)).toEqual([1]),
        );
      }
    });

    it('pick what a plain evaluation of every row picks', async () => {
      const arbitraryRows = fc.array(arbitraryCells, { minLength: 1, maxLength: 12 });
      const arbitraryWhere = arbitraryPredicate(context.engine().capabilities);
      await fc.assert(
        fc.asyncProperty(
          arbitraryRows,
          fc.array(arbitraryWhere, { minLength: 5, maxLength: 20 }),
          async (cells, wheres) => {
            const rows = cells.map((row, id) => rowOf(id, row));
            const pick = await tableOf(rows);
            for (const where of wheres) {
              const expected = rows.filter((row) => picks(where, row)).map((row) => row.id);
              expect(await pick(where)).toEqual(expected);
            }
          },
        ),
        { numRuns: 100 },
      );
    });
  });
}

const arbitraryCells = fc.record(
  Object.fromEntries(
    Object.entries(samples).map(([name, values]) => [name, fc.option(fc.constantFrom(...values), { nil: null })]),
  ),
);

function arbitraryPredicate(capabilities: EngineCapabilities): fc.Arbitrary<Predicate> {
  const ofColumns = Object.keys(samples).map((column) => arbitraryOfColumn(column));
  const leaf = fc.oneof(...ofColumns.map(({ leaf: arbitrary }) => arbitrary));
  return fc.letrec<{ tree: Predicate }>((tie) => {
    const terms = fc.array(tie('tree'), { maxLength: 3 });
    const and = terms.map((inner): Predicate => ({ op: 'and', terms: inner }));
    const or = capabilities.relational
      ? terms.map((inner): Predicate => ({ op: 'or', terms: inner }))
      : fc.oneof(...ofColumns.map(({ or: arbitrary }) => arbitrary));
    const not = tie('tree').map((term): Predicate => ({ op: 'not', term }));
    const nodes = capabilities.relational ? [leaf, leaf, and, or, not] : [leaf, leaf, and, or];
    return { tree: fc.oneof({ maxDepth: 3 }, ...nodes) };
  }).tree;
}

function arbitraryOfColumn(column: string): { leaf: fc.Arbitrary<Predicate>; or: fc.Arbitrary<Predicate> } {
  const value = fc.constantFrom(...(samples[column] ?? []));
  const comparison = fc.record({
    op: fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte'),
    column: fc.constant(column),
    value,
  });
  const nullness = fc.record({ op: fc.constantFrom('isNull', 'isNotNull'), column: fc.constant(column) });
  const list = fc.record({
    op: fc.constant('in'),
    column: fc.constant(column),
    values: fc.array(value, { maxLength: 5 }),
  });
  const between = fc.record({ op: fc.constant('between'), column: fc.constant(column), low: value, high: value });
  const leaves: fc.Arbitrary<Predicate>[] = [comparison, nullness, list, between];
  if (column === 'text') {
    leaves.push(
      fc.record({
        op: fc.constantFrom('contains', 'startsWith'),
        column: fc.constant(column),
        text: fc.constantFrom(...texts),
      }),
    );
  }
  const leaf = fc.oneof(...leaves);
  return { leaf, or: fc.array(leaf, { maxLength: 3 }).map((terms): Predicate => ({ op: 'or', terms })) };
}
