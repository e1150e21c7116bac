import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { VastClient } from '../../../src/vastdb/engines/vast/client/vast-client.ts';
import { ClusterTransport } from '../../../src/vastdb/engines/vast/transport/cluster-transport.ts';
import { openVastEngine } from '../../../src/vastdb/engines/vast/vast-engine.ts';
import type { Lane, TableDefinition } from '../../../src/vastdb/engine.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import type { Predicate } from '../../../src/vastdb/predicate/predicate.ts';
import { TableError } from '../../../src/vastdb/table-error.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { COUNTERS, EVENTS, valueOf } from '../../support/vastdb/counters.ts';
import { EmulatedCluster } from '../../support/vastdb/emulated-cluster.ts';
import { engineOptions, openEmulatedEngine } from '../../support/vastdb/emulated-engine.ts';
import { insertRows } from '../../support/vastdb/rows.ts';

const SEARCHED: TableDefinition = {
  name: 'searched',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'version_id', type: 'string', required: true },
    { name: 'wide', type: 'string' },
  ],
  indexes: [{ columns: ['id'], keysOnly: true }, { columns: ['version_id'] }],
};

const cluster = new EmulatedCluster();
const open: EmulatedCluster['open'] = (...options) => cluster.open(...options);
const replica: EmulatedCluster['replica'] = (emulator) => cluster.replica(emulator);
afterEach(() => cluster.dispose());

describe('what it costs', () => {
  it('a lone read takes a begin and a query; many at once share the begin', async () => {
    const { emulator, engine, manager } = await open();
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    await engine.reader().count('counters');
    emulator.requests.clear();
    await valueOf(manager, 'a');
    expect(emulator.requests.counts()).toMatchObject({ 'transaction.begin': 1, 'data.query': 1 });
    emulator.requests.clear();
    await Promise.all(Array.from({ length: 100 }, () => valueOf(manager, 'a')));
    expect(emulator.requests.count('data.query')).toBe(100);
    expect(emulator.requests.count('transaction.begin')).toBeLessThanOrEqual(5);
  });

  it('a write takes a begin, its statements, one update for all locks, and a commit', async () => {
    const { emulator, manager } = await open();
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    emulator.requests.clear();
    await manager.transaction(async (tx) => {
      await tx.lock(Array.from({ length: 50 }, (_, index) => `key ${index}`));
      await tx.insert('counters', [{ id: 'b', value: 0n }]);
    });
    expect(emulator.requests.counts()).toEqual({
      'transaction.begin': 1,
      'rows.insert': 1,
      'rows.update': 1,
      'transaction.commit': 1,
    });
  });

  it('a large table is read in parts; its size is asked once, and not for what looks for few rows', async () => {
    const { emulator, engine, manager } = await open({ pages: { rowGroupRows: 1 } });
    const ids = Array.from({ length: 41 }, (_, index) => `${index}`);
    await insertRows(
      manager,
      'counters',
      ids.map((id) => ({ id, value: 0n })),
    );
    emulator.settings.rowsToldPerRow = 1_000_000;
    const cost = async (work: () => Promise<unknown>): Promise<[unknown, number, number]> => {
      emulator.requests.clear();
      const result = await work();
      return [result, emulator.requests.count('data.query'), emulator.requests.count('table.stats')];
    };
    const idsOf = async (lane: Lane, where?: Predicate): Promise<unknown[]> => {
      const { rows } = await engine.reader(lane).select({ table: 'counters', columns: ['id'], where });
      return rows.flat().sort();
    };
    expect(await cost(() => idsOf('interactive', eq('id', '7')))).toEqual([['7'], 1, 0]);
    expect(await cost(() => idsOf('interactive'))).toEqual([ids.toSorted(), 10, 1]);
    expect(await cost(() => idsOf('background', eq('value', 0n)))).toEqual([ids.toSorted(), 10, 0]);
    expect(await cost(() => manager.count('counters'))).toEqual([41, 10, 0]);
    const first = () => engine.reader('background').select({ table: 'counters', columns: ['id'], limit: 1 });
    expect((await cost(first)).slice(1)).toEqual([1, 0]);
  });

  it('a conflict that lasts is thrown when the patience of the engine is at its end, not multiplied', async () => {
    const { emulator, manager } = await open();
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    emulator.faults.add({ kind: 'error', status: 409, code: 'TabularConflict', operation: 'transaction.commit' });
    const started = performance.now();
    await expect(insertRows(manager, 'counters', [{ id: 'b', value: 0n }])).rejects.toMatchObject({ kind: 'conflict' });
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('closing leaves nothing behind', async () => {
    const { emulator, engine, manager } = await open();
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => insertRows(manager, 'counters', [{ id: `${index}`, value: 0n }])),
    );
    await manager.count('counters');
    const running = insertRows(manager, 'counters', [{ id: 'last', value: 0n }]);
    await engine.close();
    await running;
    expect(emulator.openTransactions()).toBe(0);
    await expect(manager.count('counters')).rejects.toMatchObject({ kind: 'unavailable' });
    const next = await openVastEngine(engineOptions(emulator));
    expect(await next.reader().count('counters')).toBe(31);
    await next.close();
    expect(emulator.requests.entries.filter(({ operation }) => operation === 'rows.delete')).toHaveLength(1);
  });
});

describe('what others left', () => {
  it('slots of a process that died are removed after a week, and those of the living never', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 8 * 24 * 3_600_000 });
    const { emulator, manager } = await open();
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    vi.useRealTimers();
    const living = await replica(emulator);
    expect(emulator.requests.counts()['rows.delete']).toBe(1);
    expect(emulator.requests.rowsReceived()).toBeGreaterThanOrEqual(8);
    await insertRows(living, 'counters', [{ id: 'b', value: 0n }]);
    await insertRows(await replica(emulator), 'counters', [{ id: 'c', value: 0n }]);
    expect(emulator.requests.counts()['rows.delete']).toBe(1);
    // The one that slept for a week does not use what may be gone.
    await insertRows(manager, 'counters', [{ id: 'd', value: 0n }]);
    expect(await living.count('counters')).toBe(4);
  });

  it('a table of locks that is made anew under a running server is noticed', async () => {
    const { emulator, engine, manager } = await open();
    await insertRows(manager, 'counters', [{ id: 'a', value: 0n }]);
    const { endpoints, accessKey, secretKey, bucket } = emulator;
    const transport = new ClusterTransport({ endpoints, accessKey, secretKey });
    const client = new VastClient({ transport, bucket, schema: 'tams' });
    const id = await client.transactions.begin();
    await client.tables.drop(id, '_locks');
    await client.transactions.commit(id);
    await expect(engine.transaction((tx) => tx.insert('counters', ['id', 'value'], [['b', 0n]]))).rejects.toThrow(
      TableError,
    );
    await expect(engine.health()).rejects.toThrow(/^The tables are gone from the cluster: /);
    transport.close();
    await insertRows(await replica(emulator), 'counters', [{ id: 'c', value: 0n }]);
    await insertRows(manager, 'counters', [{ id: 'd', value: 0n }]);
    expect(await manager.count('counters')).toBe(3);
  });

  it('a cluster without projections is used without, which the log says once', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    const { engine, dispose } = await openEmulatedEngine({ version: '5.2.0.1', projections: false }, { logger });
    await VastDBManager.open(engine, [COUNTERS, EVENTS, { ...EVENTS, name: 'more_events' }]);
    expect(lines.filter((line) => line.includes('projections'))).toHaveLength(1);
    await dispose();
  });

  it('sorted tables and projections are made where the cluster has them', async () => {
    const { emulator } = await open();
    expect(emulator.settings.version).toBe('5.4.0.1');
    const older = await openEmulatedEngine({ version: '5.2.0.1' });
    await VastDBManager.open(older.engine, [EVENTS]);
    expect(older.emulator.requests.count('projection.create')).toBe(1);
    await older.dispose();
    await replica(emulator);
    expect(emulator.requests.count('projection.create')).toBe(0);
    expect(emulator.requests.count('table.create')).toBe(0);
  });

  it('a projection holds all columns, unless queries by it read its own alone', async () => {
    const { engine, dispose } = await openEmulatedEngine();
    const manager = await VastDBManager.open(engine, [SEARCHED]);
    await insertRows(manager, 'searched', [{ id: 'a', version_id: 'v', wide: 'text' }]);
    const projections = await engine.projections(SEARCHED);
    const [narrow, whole] = ['by_id', 'by_version_id'].map((name) => projections.get(name)?.bytes ?? 0);
    expect(whole).toBe(3 * (narrow ?? 0));
    expect(narrow).toBeGreaterThan(0);
    await dispose();
  });
});
