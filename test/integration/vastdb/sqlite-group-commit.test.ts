import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cell, TableTransaction } from '../../../src/vastdb/engine.ts';
import { Connection } from '../../../src/vastdb/engines/sqlite/connection.ts';
import { GroupCommit } from '../../../src/vastdb/engines/sqlite/group-commit.ts';
import { Session } from '../../../src/vastdb/engines/sqlite/session.ts';
import { WriteLock } from '../../../src/vastdb/engines/sqlite/write-lock.ts';
import { TableError } from '../../../src/vastdb/table-error.ts';
import { rejection } from '../../support/engine-suite/context.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sqlite-group-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('a group of transactions', () => {
  /** The parts of the interactive lane, with the connection below them at hand. */
  async function withGroupCommit(
    use: (lane: GroupCommit, connection: Connection, session: Session) => Promise<void>,
    durable: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const file = join(directory, 'tables.sqlite');
    const connection = new Connection({
      file,
      synchronous: 'full',
      cacheKib: 1024,
      purpose: 'write',
      busyTimeoutMs: 0,
    });
    const session = new Session(connection);
    connection.run('CREATE TABLE t (id TEXT NOT NULL, PRIMARY KEY (id)) WITHOUT ROWID');
    try {
      await use(
        new GroupCommit(session, new WriteLock(), { durable, onCommit: () => undefined, admit: () => undefined }),
        connection,
        session,
      );
    } finally {
      connection.close();
    }
  }
  const row = (id: string) => (tx: TableTransaction) => tx.insert('t', ['id'], [[id]]);
  const ids = (session: Session): Cell[] => session.select({ table: 't', columns: ['id'] }).rows.flat();

  it('answers nobody before the commit is durable, and runs the next group meanwhile', async () => {
    const disk: { resolve: () => void; reject: (reason: Error) => void }[] = [];
    const durable = (): Promise<void> => new Promise((resolve, reject) => disk.push({ resolve, reject }));
    await withGroupCommit(async (lane, _connection, session) => {
      const answered: string[] = [];
      const write = (id: string): Promise<number> => lane.transaction(row(id)).then(() => answered.push(id));
      const first = write('first');
      await expect.poll(() => disk.length).toBe(1);
      const second = write('second');
      await expect.poll(() => disk.length).toBe(2);
      expect(ids(session)).toEqual(['first', 'second']);
      expect(answered).toEqual([]);
      disk[0]?.resolve();
      await first;
      expect(answered).toEqual(['first']);
      const drained = lane.drained().then(() => answered.push('drained'));
      disk[1]?.reject(new TableError('unavailable', 'the disk failed'));
      await rejection(second, 'unavailable');
      await drained;
    }, durable);
  });

  it('undoes one that throws after it wrote, and runs the others again', async () => {
    await withGroupCommit(async (lane, _connection, session) => {
      const runs: string[] = [];
      const counted = (id: string, then: () => void = () => undefined) =>
        lane.transaction(async (tx) => {
          runs.push(id);
          await row(id)(tx);
          then();
        });
      const failing = () => {
        throw new TableError('invalid', 'thrown after it wrote');
      };
      const group = [
        counted('first'),
        rejection(counted('failing', failing), 'invalid'),
        counted('last'),
        rejection(counted('failing too', failing), 'invalid'),
      ];
      await Promise.all(group);
      expect(ids(session)).toEqual(['first', 'last']);
      expect(runs).toEqual(['first', 'failing', 'first', 'failing', 'last', 'failing too']);
    });
  });

  it('runs nobody again for one that throws before it wrote, or that has nobody before it', async () => {
    await withGroupCommit(async (lane, _connection, session) => {
      const runs: string[] = [];
      const counted = (id: string, work: (tx: TableTransaction) => Promise<void>) =>
        lane.transaction((tx) => {
          runs.push(id);
          return work(tx);
        });
      const fail = () => Promise.reject(new TableError('invalid', 'thrown'));
      const group = [
        rejection(
          counted('wrote', (tx) => row('wrote')(tx).then(fail)),
          'invalid',
        ),
        counted('first', row('first')),
        rejection(
          counted('read', (tx) => tx.count('t').then(fail)),
          'invalid',
        ),
        counted('last', row('last')),
      ];
      await Promise.all(group);
      expect(ids(session)).toEqual(['first', 'last']);
      expect(runs).toEqual(['wrote', 'first', 'read', 'last']);
    });
  });

  it('commits nothing where all throw, and goes on', async () => {
    let synced = 0;
    const durable = () => {
      synced++;
      return Promise.resolve();
    };
    await withGroupCommit(async (lane, _connection, session) => {
      const failing = () => lane.transaction(() => Promise.reject(new TableError('invalid', 'thrown')));
      await Promise.all([rejection(failing(), 'invalid'), rejection(failing(), 'invalid')]);
      expect(synced).toBe(0);
      await lane.transaction(row('after'));
      expect(synced).toBe(1);
      expect(ids(session)).toEqual(['after']);
    }, durable);
  });

  it('rejects those whose work SQLite undid with another, and runs the rest', async () => {
    await withGroupCommit(async (lane, connection, session) => {
      const first = lane.transaction(row('first'));
      const second = lane.transaction(async (tx) => {
        await row('second')(tx);
        // What SQLite does by itself after some errors.
        connection.run('ROLLBACK');
        await row('outside of any transaction')(tx);
      });
      const third = lane.transaction(row('third'));
      await Promise.all([rejection(first, 'unavailable'), rejection(second, 'unavailable'), third]);
      expect(ids(session)).toEqual(['third']);
    });
  });

  it('rejects work that ignores that SQLite undid it', async () => {
    await withGroupCommit(async (lane, connection, session) => {
      const ignoring = (id: string) =>
        lane.transaction(async (tx) => {
          await row(id)(tx);
          connection.run('ROLLBACK');
        });
      await Promise.all([rejection(ignoring('a'), 'unavailable'), rejection(ignoring('b'), 'unavailable')]);
      await rejection(ignoring('alone'), 'unavailable');
      expect(ids(session)).toEqual([]);
    });
  });

  it('rejects everybody when the commit fails, and goes on', async () => {
    await withGroupCommit(async (lane, connection, session) => {
      connection.run('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
      connection.run('CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)');
      connection.run('PRAGMA foreign_keys = ON');
      const failed = [
        lane.transaction(row('a')),
        lane.transaction(async () => connection.run('INSERT INTO child VALUES (1)')),
        lane.transaction(row('b')),
      ];
      await Promise.all(failed.map((transaction) => rejection(transaction, 'invalid')));
      await lane.transaction(row('c'));
      expect(ids(session)).toEqual(['c']);
    });
  });

  it('reports a full disk while reads go on, and writes again when there is space', async () => {
    await withGroupCommit(async (lane, connection, session) => {
      await lane.transaction(row('before'));
      connection.run('PRAGMA max_page_count = 1');
      const large = 'x'.repeat(100_000);
      const outcomes = [lane.transaction(row(large)), lane.transaction(row(`${large}2`))];
      await Promise.all(outcomes.map((outcome) => rejection(outcome, 'full')));
      expect(ids(session)).toEqual(['before']);
      connection.run('PRAGMA max_page_count = 100000');
      await lane.transaction(row(large));
      expect(ids(session)).toEqual(['before', large]);
    });
  });
});
