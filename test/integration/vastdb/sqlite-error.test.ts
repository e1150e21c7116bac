import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { toTableError } from '../../../src/vastdb/engines/sqlite/sqlite-error.ts';

describe('errors of SQLite', () => {
  /** What SQLite really throws when these statements run. */
  function thrownBy(...statements: string[]): unknown {
    const database = new DatabaseSync(':memory:');
    try {
      for (const sql of statements) database.exec(sql);
    } catch (error) {
      return error;
    } finally {
      database.close();
    }
    throw new Error('nothing was thrown');
  }
  const file = '/data/tables.sqlite';

  it('tell that nothing more can be written', () => {
    const error = thrownBy(
      'PRAGMA max_page_count = 2',
      'CREATE TABLE t (x)',
      'INSERT INTO t VALUES (zeroblob(100000))',
    );
    expect(toTableError(error, file)).toMatchObject({ kind: 'full', retryable: true });
    expect(toTableError(error, file).message).toContain(file);
  });

  it('tell duplicates from missing values', () => {
    const table = 'CREATE TABLE t (x INTEGER PRIMARY KEY, y NOT NULL UNIQUE)';
    const duplicates = ["INSERT INTO t VALUES (1, 'a'), (1, 'b')", "INSERT INTO t VALUES (1, 'a'), (2, 'a')"];
    for (const sql of duplicates) expect(toTableError(thrownBy(table, sql), file).kind).toBe('duplicate');
    expect(toTableError(thrownBy(table, 'INSERT INTO t VALUES (1, NULL)'), file).kind).toBe('invalid');
  });

  it('tell that the database cannot be written', () => {
    const error = thrownBy('PRAGMA query_only = ON', 'CREATE TABLE t (x)');
    expect(toTableError(error, file)).toMatchObject({ kind: 'unavailable', retryable: true });
  });
});
