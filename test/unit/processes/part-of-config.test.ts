import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { partOf } from '../../../src/processes/part-of-config.ts';
import { loadConfig } from '../../../src/settings.ts';

const MIB = 2 ** 20;

it('gives each process an equal part of memory and limits', () => {
  const whole = loadConfig({
    MEMORY_MIB: '4096',
    MAX_CONNECTIONS: '1001',
    IN_FLIGHT_MAX: '100',
    RATE_LIMIT_PER_S: '50',
  });
  const half = loadConfig({ MEMORY_MIB: '2048', MAX_CONNECTIONS: '501', IN_FLIGHT_MAX: '50', RATE_LIMIT_PER_S: '50' });
  const part = partOf(whole, 2);
  expect(part.memory).toEqual(half.memory);
  expect(part.tables).toEqual(half.tables);
  expect(part.webhooks).toEqual(half.webhooks);
  expect(part.media.pageCacheMib).toBe(half.media.pageCacheMib);
  expect(part.operation.limits).toEqual(half.operation.limits);
  expect(part.features.analytics.memoryMib).toBe(half.features.analytics.memoryMib);
});

it('leaves each process what it cannot do without, and off what is off', () => {
  const small = {
    BODY_MEMORY_MIB: '1',
    SQLITE_CACHE_MIB: '1',
    PAGE_CACHE_MIB: '0',
    URL_CACHE_MAX: '0',
    IN_FLIGHT_MAX: '1',
  };
  const { operation, tables, media } = partOf(loadConfig(small), 4);
  expect(operation.limits).toMatchObject({ bodiesMaxBytes: MIB, inFlightMax: 1 });
  expect(tables.sqlite.cacheMib).toBe(1);
  expect(media).toMatchObject({ pageCacheMib: 0, presign: { urlCacheMax: 0 } });
});

it('runs as many processes as WORKERS says, one unless it is set', () => {
  expect(loadConfig({}).operation.workers).toBe(1);
  expect(loadConfig({ WORKERS: '3' }).operation.workers).toBe(3);
  expect(loadConfig({ WORKERS: 'auto' }).operation.workers).toBe(Math.min(availableParallelism(), 256));
  for (const WORKERS of ['0', '-1', '1.5', 'two', '257'])
    expect(() => loadConfig({ WORKERS })).toThrow('WORKERS takes');
});
