import { afterEach, beforeEach, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { Requests } from './requests.ts';
import { NAMES, names, rowsOf, startTestTable, TABLE, type TestTable } from './test-table.ts';

let table: TestTable;

beforeEach(async () => (table = await startTestTable({ endpoints: 3 })));
afterEach(async () => table.close());

const ROW = rowsOf([{ name: 'a', n: 1 }]);

test('SlowDown for so many requests of an operation', async () => {
  const { requests, emulator } = table;
  emulator.faults.slowDown(2, 'rows.insert');
  const statuses: number[] = [];
  for (let time = 0; time < 3; time += 1) statuses.push((await requests.rows('POST', TABLE, ROW)).status);
  expect(statuses).toEqual([503, 503, 200]);
  expect(await names(requests)).toEqual(['a']);
});

test('a share of the requests', async () => {
  const { requests, emulator } = table;
  const remove = emulator.faults.add({ kind: 'slow-down', operation: 'transaction.*', share: 0.3 });
  const statuses: number[] = [];
  for (let time = 0; time < 100; time += 1) statuses.push((await requests.send('GET', '/?transaction', '0')).status);
  const slow = statuses.filter((status) => status === 503).length;
  expect(slow).toBeGreaterThan(10);
  expect(slow).toBeLessThan(50);
  remove();
  expect((await requests.send('POST', '/?transaction', '0')).status).toBe(200);
});

test('a connection that is dropped before the work, and one that is dropped after it', async () => {
  const { requests, emulator } = table;
  emulator.faults.add({ kind: 'drop-before', operation: 'rows.insert', times: 1 });
  await expect(requests.rows('POST', TABLE, ROW)).rejects.toThrow();
  expect(await names(requests)).toEqual([]);

  const transaction = await requests.begin();
  await requests.rows('POST', TABLE, ROW, transaction);
  emulator.faults.add({ kind: 'drop-after', operation: 'transaction.commit', times: 1 });
  await expect(requests.commit(transaction)).rejects.toThrow();
  expect(await names(requests)).toEqual(['a']);
  expect(await requests.commit(transaction)).toBe(404);
});

test('an answer that is cut, and a query that fails on its way', async () => {
  const { requests, emulator } = table;
  await requests.rows('POST', TABLE, ROW);
  emulator.faults.add({ kind: 'cut', operation: 'data.query', times: 1 });
  await expect(requests.query(TABLE, NAMES)).rejects.toThrow();
  emulator.faults.add({ kind: 'fail-query', operation: 'data.query', times: 1 });
  expect((await requests.query(TABLE, NAMES)).ending).toBe('failed');
  expect((await requests.query(TABLE, NAMES)).ending).toBe('complete');
});

test('an endpoint that is killed, and revived on its port; the store is one', async () => {
  const { requests, emulator } = table;
  const second = new Requests(emulator, 1);
  await requests.rows('POST', TABLE, ROW);
  expect(await names(second)).toEqual(['a']);
  await emulator.faults.kill(1);
  await expect(second.begin()).rejects.toThrow();
  expect(await names(requests)).toEqual(['a']);
  await emulator.faults.revive(1);
  expect(await names(second)).toEqual(['a']);
  second.close();
});

test('a transaction goes on at another endpoint', async () => {
  const { requests, emulator } = table;
  const third = new Requests(emulator, 2);
  const transaction = await requests.begin();
  await third.rows('POST', TABLE, ROW, transaction);
  expect(await requests.commit(transaction)).toBe(200);
  expect(await names(third)).toEqual(['a']);
  third.close();
});

test('latency of one endpoint', async () => {
  const { requests, emulator } = table;
  const remove = emulator.faults.latency({ ms: 80, endpoint: 0 });
  const start = performance.now();
  await requests.begin();
  expect(performance.now() - start).toBeGreaterThan(70);
  remove();
});

test('an endpoint that hangs', async () => {
  const { requests, emulator } = table;
  emulator.faults.add({ kind: 'hang', operation: 'transaction.begin', times: 1 });
  const hung = requests.begin().then(
    () => 'answered',
    () => 'given up',
  );
  expect(await Promise.race([hung, sleep(100, 'nothing')])).toBe('nothing');
  expect(await requests.begin()).not.toBe('');
  await emulator.faults.kill(0);
  expect(await hung).toBe('given up');
});

test('another error, after some requests', async () => {
  const { requests, emulator } = table;
  emulator.faults.add({ kind: 'error', status: 507, code: 'InsufficientCapacity', after: 1, times: 1, method: 'POST' });
  const statuses: number[] = [];
  for (let time = 0; time < 3; time += 1) statuses.push((await requests.rows('POST', TABLE, ROW)).status);
  expect(statuses).toEqual([200, 507, 200]);
  expect(emulator.requests.entries.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
    'rows.insert 200',
    'rows.insert 507',
    'rows.insert 200',
  ]);
});
