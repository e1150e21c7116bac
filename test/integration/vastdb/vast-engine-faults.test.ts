import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { VastClient } from '../../../src/vastdb/engines/vast/client/vast-client.ts';
import { ClusterTransport } from '../../../src/vastdb/engines/vast/transport/cluster-transport.ts';
import { retry } from '../../../src/shared/retry.ts';
import { TableError } from '../../../src/vastdb/table-error.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { expectExactly, increment, valueOf } from '../../support/vastdb/counters.ts';
import { EmulatedCluster } from '../../support/vastdb/emulated-cluster.ts';
import { engineOptions, openEmulatedEngine, SCHEMA } from '../../support/vastdb/emulated-engine.ts';
import type { Fault } from '../../support/vast-emulator/index.ts';
import { insertRows } from '../../support/vastdb/rows.ts';

const cluster = new EmulatedCluster();
const open: EmulatedCluster['open'] = (...options) => cluster.open(...options);
const replica: EmulatedCluster['replica'] = (emulator) => cluster.replica(emulator);
afterEach(() => cluster.dispose());

/** On each replica. Few, since none may wait for the others longer than the engine has patience, on a busy machine either. */
const WRITERS = 4;

describe('writers on several replicas', () => {
  it('never lose or repeat a change, and no conflict comes to their callers', async () => {
    const { emulator, manager } = await open();
    const managers = [manager, ...(await Promise.all([1, 2, 3].map(() => replica(emulator))))];
    const ids = Array.from({ length: 20 }, (_, index) => `counter ${index}`);
    await insertRows(
      manager,
      'counters',
      ids.map((id) => ({ id, value: 0n })),
    );
    const removeLatency = emulator.faults.latency({ ms: 1, jitterMs: 3 });
    const rounds = 10;
    await Promise.all(
      managers.flatMap((each, replicaNumber) =>
        Array.from({ length: WRITERS }, async (_, writer) => {
          for (let round = 0; round < rounds; round += 1) {
            await increment(each, ids[(replicaNumber * 7 + writer * 3 + round * 11) % ids.length] ?? '');
          }
        }),
      ),
    );
    removeLatency();
    const values = await Promise.all(ids.map((id) => valueOf(manager, id)));
    expect(values.reduce((sum, value) => sum + value, 0n)).toBe(BigInt(4 * WRITERS * rounds));
    for (const [index, id] of ids.entries()) await expectExactly(manager, id, values[index] ?? 0n);
  });

  it('of one row alone finish too', async () => {
    const { emulator, manager } = await open();
    const managers = [manager, ...(await Promise.all([1, 2, 3].map(() => replica(emulator))))];
    await insertRows(manager, 'counters', [{ id: 'hot', value: 0n }]);
    // On a busy machine one may wait for the others for longer than the engine has patience; its caller is told so.
    const isRetryable = (error: unknown): boolean => error instanceof TableError && error.kind === 'conflict';
    const again = { attempts: 20, baseMs: 10, maxMs: 500, isRetryable };
    await Promise.all(
      managers.flatMap((each) =>
        Array.from({ length: WRITERS / 2 }, async () => {
          for (let round = 0; round < 6; round += 1) await retry(() => increment(each, 'hot'), again);
        }),
      ),
    );
    await expectExactly(manager, 'hot', BigInt(4 * 3 * WRITERS));
  });

  it('see what any of them was acknowledged, at once', async () => {
    const { emulator, manager } = await open();
    const other = await replica(emulator);
    emulator.faults.latency({ ms: 0, jitterMs: 5 });
    for (let i = 0; i < 15; i += 1) {
      const id = `counter ${i}`;
      const reads = Array.from({ length: 10 }, () => other.count('counters'));
      await insertRows(manager, 'counters', [{ id, value: 1n }]);
      expect(await valueOf(other, id)).toBe(1n);
      await Promise.all(reads);
    }
  });

  it('that start at once on an empty schema make the tables once', async () => {
    const { emulator, dispose } = await openEmulatedEngine();
    const managers = await Promise.all(Array.from({ length: 4 }, () => replica(emulator)));
    await Promise.all(managers.map((each, index) => insertRows(each, 'counters', [{ id: `by ${index}`, value: 0n }])));
    expect(await managers[0]?.count('counters')).toBe(4);
    expect(managers[0]?.listTables()).toEqual(['counters', 'events']);
    await cluster.dispose();
    await dispose();
  });
});

describe('a lost answer', () => {
  const cases: readonly [string, Fault][] = [
    ['a commit that was done', { kind: 'drop-after', operation: 'transaction.commit' }],
    ['a commit that was not done', { kind: 'drop-before', operation: 'transaction.commit' }],
    ['an insert that was done', { kind: 'drop-after', operation: 'rows.insert' }],
    ['an insert that was not done', { kind: 'drop-before', operation: 'rows.insert' }],
    ['an update that was done', { kind: 'drop-after', operation: 'rows.update' }],
    ['a begin', { kind: 'drop-after', operation: 'transaction.begin' }],
    ['a rollback', { kind: 'drop-after', operation: 'transaction.rollback' }],
    ['a query', { kind: 'cut', operation: 'data.query' }],
    ['a query that fails within its answer', { kind: 'fail-query', operation: 'data.query' }],
  ];

  it.each(cases)('to %s is found out: the change is there once', async (_what, fault) => {
    const { emulator, manager } = await open();
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    for (let i = 1n; i <= 5n; i += 1n) {
      emulator.faults.add({ ...fault, times: 1 });
      await increment(manager, 'a');
      emulator.faults.clear();
      await expectExactly(manager, 'a', i);
    }
  });

  it('of any kind, at random and at once, changes nothing twice and loses nothing', async () => {
    const { emulator, manager } = await open({ endpoints: 3 }, { endpointOptions: { errorsUntilDown: 1000 } });
    const ids = ['a', 'b', 'c'];
    await insertRows(
      manager,
      'counters',
      ids.map((id) => ({ id, value: 0n })),
    );
    for (const kind of ['drop-before', 'drop-after'] as const) emulator.faults.add({ kind, share: 0.02 });
    emulator.faults.add({ kind: 'cut', operation: 'data.query', share: 0.02 });
    emulator.faults.add({ kind: 'slow-down', share: 0.05 });
    await Promise.all(
      ids.flatMap((id) =>
        [1, 2, 3].map(async () => {
          for (let i = 0; i < 15; i += 1) await increment(manager, id);
        }),
      ),
    );
    emulator.faults.clear();
    for (const id of ids) await expectExactly(manager, id, 45n);
  });

  it('of a transaction that the cluster ended by itself is not the end: the work is done anew', async () => {
    const { emulator, manager } = await open();
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    const endTransaction = (operation: string): void => {
      emulator.faults.add({ kind: 'error', status: 404, code: 'NoSuchTransaction', operation, times: 1 });
      emulator.faults.add({
        kind: 'error',
        status: 404,
        code: 'NoSuchTransaction',
        operation: 'transaction.get',
        times: 1,
      });
    };
    endTransaction('data.query');
    expect(await valueOf(manager, 'a')).toBe(0n);
    endTransaction('data.query');
    await increment(manager, 'a');
    endTransaction('rows.insert');
    await increment(manager, 'a');
    await expectExactly(manager, 'a', 2n);
  });

  it('is not what a scan waits for: its transaction is kept, however slow the consumer is', async () => {
    const { emulator, manager } = await open({ transactionSilenceMs: 2_000 });
    emulator.settings.pages.pageRows = 2;
    await insertRows(
      manager,
      'counters',
      Array.from({ length: 20 }, (_, n) => ({ id: `counter ${n}`, value: 0n })),
    );
    let rows = 0;
    let waitUntil: number | undefined;
    for await (const { rowCount } of manager.reader('background').scan({ table: 'counters', columns: ['id'] })) {
      // Others begin transactions, which is when the cluster ends silent ones.
      waitUntil ??= performance.now() + 3_500;
      while (performance.now() < waitUntil) {
        await sleep(100);
        await manager.count('counters');
      }
      rows += rowCount;
    }
    expect(rows).toBe(20);
  });

  it('is not guessed: while the cluster is gone nobody is told that a commit was done', async () => {
    const { emulator, manager } = await open();
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    emulator.faults.add({ kind: 'drop-after', operation: 'transaction.commit', times: 1 });
    emulator.faults.add({ kind: 'error', status: 408, operation: 'transaction.get', times: 1 });
    await expect(increment(manager, 'a')).rejects.toMatchObject({ kind: 'unavailable' });
    await increment(manager, 'a');
    await expectExactly(manager, 'a', 2n);
  });
});

describe('a failure of an endpoint', () => {
  it.each([
    [500, 'rows.insert'],
    [502, 'rows.update'],
    [503, 'rows.insert'],
    [504, 'transaction.begin'],
    [408, 'rows.update'],
    [429, 'rows.insert'],
    [502, 'transaction.commit'],
  ])('(%i to %s) costs the caller no error', async (status, operation) => {
    const { emulator, manager } = await open({ endpoints: 2 });
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    emulator.faults.add({ kind: 'error', status, operation, times: 1 });
    await increment(manager, 'a');
    await expectExactly(manager, 'a', 1n);
  });

  it('at the making of a table is not the end of a start', async () => {
    const { emulator, dispose } = await openEmulatedEngine({ endpoints: 2 });
    emulator.faults.add({ kind: 'error', status: 502, operation: 'table.create', times: 1 });
    const manager = await replica(emulator);
    expect(manager.listTables()).toEqual(['counters', 'events']);
    await cluster.dispose();
    await dispose();
  });
});

describe('a rollback that cannot be delivered', () => {
  const lostRollbacks: Fault = { kind: 'error', status: 502, operation: 'transaction.rollback' };

  it('is repeated until it is, so that the rows can be written again', async () => {
    const endpointOptions = { errorsUntilDown: 1000 };
    const { emulator, manager } = await open({ endpoints: 2 }, { endpointOptions });
    const other = await replica(emulator);
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    const mend = emulator.faults.add(lostRollbacks);
    const work = manager.transaction(async (tx) => {
      await tx.update('counters', eq('id', 'a'), { value: 5n });
      throw new Error('changed its mind');
    });
    await expect(work).rejects.toThrow('changed its mind');
    expect(emulator.openTransactions()).toBeGreaterThan(0);
    mend();
    await expect.poll(() => emulator.openTransactions()).toBe(0);
    await increment(other, 'a');
    await expectExactly(other, 'a', 1n);
  });

  it('is not followed by a further run, which would only meet its own rows', async () => {
    const { emulator, manager } = await open({ endpoints: 2 }, { endpointOptions: { errorsUntilDown: 1000 } });
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    emulator.faults.add(lostRollbacks);
    emulator.faults.add({ kind: 'error', status: 502, operation: 'rows.insert', times: 1 });
    emulator.requests.clear();
    await expect(increment(manager, 'a')).rejects.toMatchObject({ kind: 'unavailable' });
    expect(emulator.requests.entries.filter(({ operation }) => operation === 'rows.update')).toHaveLength(1);
  });

  it('is tried once more when the engine is closed', async () => {
    const { emulator, engine, dispose } = await openEmulatedEngine({}, { endpointOptions: { errorsUntilDown: 1000 } });
    await engine.createTable({ name: 'counters', columns: [{ name: 'id', type: 'string' }] });
    const mend = emulator.faults.add(lostRollbacks);
    const work = engine.transaction(async (tx) => {
      await tx.insert('counters', ['id'], [['a']]);
      throw new Error('changed its mind');
    });
    await expect(work).rejects.toThrow('changed its mind');
    mend();
    await engine.close();
    expect(emulator.openTransactions()).toBe(0);
    await dispose();
  });
});

describe('the table of locks', () => {
  it('is not read again when what is missing is the transaction', async () => {
    const { emulator, manager } = await open();
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    emulator.requests.clear();
    // The first update is the work's own, the second one that of the locks.
    const gone: Fault = { kind: 'error', status: 404, code: 'NoSuchTransaction' };
    emulator.faults.add({ ...gone, operation: 'rows.update', after: 1, times: 1 });
    emulator.faults.add({ ...gone, operation: 'transaction.get', times: 2 });
    await increment(manager, 'a');
    const locksRead = emulator.requests.entries.filter(
      ({ operation, url }) => operation === 'data.query' && url.includes('_locks'),
    );
    expect(locksRead).toEqual([]);
    await expectExactly(manager, 'a', 1n);
  });

  it('made anew by somebody is learnt by all who write', async () => {
    const { emulator, manager } = await open();
    await insertRows(
      manager,
      'counters',
      ['a', 'b', 'c', 'd'].map((id) => ({ id, value: 0n })),
    );
    const transport = new ClusterTransport(engineOptions(emulator));
    const client = new VastClient({ transport, bucket: emulator.bucket, schema: SCHEMA });
    const id = await client.transactions.begin();
    await client.tables.drop(id, '_locks');
    await client.transactions.commit(id);
    transport.close();
    await replica(emulator);
    emulator.requests.clear();
    await Promise.all(['a', 'b', 'c', 'd'].map((each) => increment(manager, each)));
    for (const id of ['a', 'b', 'c', 'd']) await expectExactly(manager, id, 1n);
  });
});

describe('endpoints', () => {
  it('one of three that is killed and revived under load costs no caller an error', async () => {
    const endpointOptions = { backoff: { baseMs: 30, maxMs: 100 } };
    const { emulator, engine, manager } = await open({ endpoints: 3 }, { endpointOptions });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    await insertRows(
      manager,
      'counters',
      ids.map((id) => ({ id, value: 0n })),
    );
    let done = false;
    const counts = ids.map(async (id) => {
      let count = 0n;
      while (!done) {
        await increment(manager, id);
        count += 1n;
        expect(await valueOf(manager, id)).toBe(count);
      }
      return count;
    });
    for (const endpoint of [0, 1, 2]) {
      await sleep(100);
      await emulator.faults.kill(endpoint);
      await sleep(200);
      await emulator.faults.revive(endpoint);
      await expect.poll(() => engine.endpoints.healthy().length).toBe(3);
    }
    done = true;
    for (const [index, count] of (await Promise.all(counts)).entries()) {
      expect(count).toBeGreaterThan(0n);
      await expectExactly(manager, ids[index] ?? '', count);
    }
  });

  it('one that hangs is left alone, and the work goes on elsewhere', async () => {
    const { emulator, engine, manager } = await open(
      { endpoints: 2 },
      { limits: { silenceMs: 1_000 }, endpointOptions: { errorsUntilDown: 1 } },
    );
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    emulator.faults.add({ kind: 'hang', endpoint: 0 });
    for (let i = 0; i < 10; i += 1) await increment(manager, 'a');
    expect(engine.endpoints.statistics().map(({ state }) => state)).toEqual(['down', 'healthy']);
    emulator.faults.clear();
    await expectExactly(manager, 'a', 10n);
  });

  it('that are all gone fail a request at once, and serve again when they are back', async () => {
    const endpointOptions = { backoff: { baseMs: 100, maxMs: 100 } };
    const { emulator, engine, manager } = await open({ endpoints: 2 }, { endpointOptions });
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    await Promise.all([emulator.faults.kill(0), emulator.faults.kill(1)]);
    await expect(valueOf(manager, 'a')).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(engine.health()).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(increment(manager, 'a')).rejects.toSatisfy(
      (error) => error instanceof TableError && error.kind === 'unavailable' && Number(error.retryAfterMs) > 0,
    );
    await Promise.all([emulator.faults.revive(0), emulator.faults.revive(1)]);
    await expect
      .poll(() =>
        engine.health().then(
          () => 'well',
          () => 'ill',
        ),
      )
      .toBe('well');
    await increment(manager, 'a');
    await expectExactly(manager, 'a', 1n);
  });
});
