import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { describeFullText } from '../../support/engine-suite/full-text.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';

const NOTES = {
  name: 'notes',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'words', type: 'string' },
  ],
} as const;

describe.skipIf(POSTGRES_MISSING)(`PostgreSQL ${POSTGRES_MISSING ?? ''}`, () => {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.dispose());

  const openAt = (url: string): Promise<TableEngine> =>
    openPostgresEngine({
      url,
      replicaUrl: undefined,
      schema: 'tams',
      poolSize: 4,
      statementTimeoutMs: 60_000,
      logger: pino({ level: 'silent' }),
    });
  const start = (): PostgresServer => {
    if (server === undefined) throw new Error('the server has not started');
    return server;
  };

  describeFullText('PostgreSQL', async () => {
    const engine = await openAt(await start().database());
    return { engine, dispose: () => engine.close() };
  });

  it('asks the index, quotes every word, and finds an index that another replica made', async () => {
    const url = await start().database();
    const [engine, other] = [await openAt(url), await openAt(url)];
    try {
      await engine.createTable(NOTES);
      const texts = [` it's `, ` back\\slash `, ` a\u0000b `, ` :* | & ! <-> `, ` ${'é'.repeat(600)} `];
      const many = Array.from({ length: 20_000 }, (_, n) => ` number n${n} `);
      await engine.transaction((tx) =>
        tx.insert(
          'notes',
          ['id', 'words'],
          [...texts, ...many].map((text, n) => [`${n}`, text]),
        ),
      );
      const found = async (words: string[]): Promise<unknown[]> => {
        const match = { column: 'words', all: [[{ words, prefix: false }]], none: [] };
        const { rows } = await other.reader().select({ table: 'notes', columns: ['words'], match });
        return rows.map(([text]) => text);
      };
      await expect(found(['number'])).rejects.toMatchObject({ kind: 'invalid' });
      await engine.createIndexes({ ...NOTES, fullText: 'words' });
      for (const text of texts) expect(await found(text.trim().split(' '))).toEqual([text]);
      expect(await found(['number', 'n17'])).toEqual([' number n17 ']);

      await start().run('ANALYZE', url);
      const plan = await start().run(
        `EXPLAIN SELECT 1 FROM tams.notes WHERE tams."_words_"(words) @@ 'n17'::tsquery`,
        url,
      );
      expect(plan.flat().join('\n')).toContain('Bitmap Index Scan on notes__words');
    } finally {
      await Promise.all([engine.close(), other.close()]);
    }
  });
});
