import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../../src/vastdb/cluster/endpoint.ts';
import { EndpointManager } from '../../../../src/vastdb/cluster/endpoint-manager.ts';
import { LoadBalancer } from '../../../../src/vastdb/cluster/load-balancer.ts';
import { TableError } from '../../../../src/vastdb/table-error.ts';

let now = 0;
const options = { errorsUntilDown: 3, backoff: { baseMs: 100, maxMs: 1000, jitter: 0 }, clock: () => now };
const open = (...urls: string[]): EndpointManager => new EndpointManager(urls, options);

const named = (manager: EndpointManager, url: string): Endpoint => {
  const found = [...manager.healthy(), ...manager.due()].find((endpoint) => endpoint.url === url);
  if (found === undefined) throw new Error(`no endpoint ${url} can be used`);
  return found;
};

function fail(endpoint: Endpoint, times = 1): void {
  for (let i = 0; i < times; i += 1) {
    const use = endpoint.use();
    use.failed();
    use.end();
  }
}

function answer(endpoint: Endpoint, ms = 0): void {
  const use = endpoint.use();
  now += ms;
  use.began();
  use.answered();
  use.end();
}

const urls = (endpoints: readonly Endpoint[]): string[] => endpoints.map(({ url }) => url);

beforeEach(() => {
  now = 1000;
});

describe('an endpoint', () => {
  it('is down after three errors in a row, and not before', () => {
    const manager = open('a', 'b');
    const a = named(manager, 'a');
    fail(a, 2);
    answer(a);
    fail(a, 2);
    expect(urls(manager.healthy())).toEqual(['a', 'b']);
    fail(a);
    expect(urls(manager.healthy())).toEqual(['b']);
    expect(manager.due()).toEqual([]);
    expect(manager.msUntilDue).toBe(100);
  });

  it('is due for one try at a time, after waits that double up to a limit', () => {
    const manager = open('a');
    const a = named(manager, 'a');
    fail(a, 3);
    const waits: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const wait = manager.msUntilDue ?? NaN;
      waits.push(wait);
      now += wait - 1;
      expect(manager.due()).toEqual([]);
      now += 1;
      expect(urls(manager.due())).toEqual(['a']);
      const use = a.use();
      expect(manager.due()).toEqual([]);
      use.failed();
      use.end();
    }
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('is healthy again after one answer, and starts over', () => {
    const manager = open('a');
    const a = named(manager, 'a');
    fail(a, 3);
    now += 100;
    answer(a);
    expect(urls(manager.healthy())).toEqual(['a']);
    fail(a, 2);
    expect(urls(manager.healthy())).toEqual(['a']);
    fail(a);
    expect(manager.msUntilDue).toBe(100);
  });

  it('is not well because its answers begin: those that break off are errors in a row', () => {
    const manager = open('a');
    const a = named(manager, 'a');
    for (let i = 0; i < 3; i += 1) {
      const use = a.use();
      use.began();
      use.failed();
      use.end();
    }
    expect(manager.healthy()).toEqual([]);
  });

  it('does not believe requests from before it went down', () => {
    const manager = open('a');
    const a = named(manager, 'a');
    const [answered, failed] = [a.use(), a.use()];
    fail(a, 3);
    failed.failed();
    expect(manager.msUntilDue).toBe(100);
    answered.answered();
    expect(manager.healthy()).toEqual([]);
  });

  it('counts what it did', () => {
    const manager = open('a');
    const a = named(manager, 'a');
    answer(a, 10);
    answer(a, 20);
    fail(a);
    const running = a.use();
    running.began();
    running.failed();
    const [statistics] = manager.statistics();
    expect(statistics).toMatchObject({
      url: 'a',
      state: 'healthy',
      requests: 4,
      errors: 2,
      inFlight: 1,
      latencyMs: 9.6,
    });
    expect(statistics?.dueInMs).toBeUndefined();
    expect(statistics?.durations).toMatchObject({ count: 3, sumMs: 30 });
    running.end();
    running.end();
    expect(manager.statistics()[0]?.inFlight).toBe(0);
  });
});

describe('the load balancer', () => {
  const probed: string[] = [];
  const probe = async (endpoint: Endpoint): Promise<void> => {
    probed.push(endpoint.url);
    endpoint.use();
  };
  beforeEach(() => {
    probed.length = 0;
  });

  it('goes round robin', () => {
    const balancer = new LoadBalancer(open('a', 'b', 'c'), { balancing: 'round_robin', probe });
    const chosen = Array.from({ length: 6 }, () => balancer.choose('read')?.url);
    expect(chosen.slice(0, 3).toSorted((one = '', other = '') => one.localeCompare(other))).toEqual(['a', 'b', 'c']);
    expect(chosen.slice(3)).toEqual(chosen.slice(0, 3));
  });

  it('prefers who has least to do', () => {
    const manager = open('a', 'b', 'c');
    const balancer = new LoadBalancer(manager, { balancing: 'least_in_flight', probe });
    named(manager, 'a').use();
    named(manager, 'c').use();
    expect(Array.from({ length: 3 }, () => balancer.choose('write')?.url)).toEqual(['b', 'b', 'b']);
    named(manager, 'b').use();
    expect(new Set(Array.from({ length: 3 }, () => balancer.choose('write')?.url)).size).toBe(3);
  });

  it('prefers the fastest, as long as it has not too much to do', () => {
    const manager = open('slow', 'fast', 'new');
    const balancer = new LoadBalancer(manager, { balancing: 'fastest', probe });
    answer(named(manager, 'slow'), 30);
    answer(named(manager, 'fast'), 10);
    expect(balancer.choose('read')?.url).toBe('new');
    answer(named(manager, 'new'), 40);
    expect(balancer.choose('read')?.url).toBe('fast');
    named(manager, 'fast').use();
    expect(balancer.choose('read')?.url).toBe('fast');
    named(manager, 'fast').use();
    named(manager, 'fast').use();
    expect(balancer.choose('read')?.url).toBe('slow');
  });

  it('avoids those that were tried, while there are others', () => {
    const manager = open('a', 'b');
    const balancer = new LoadBalancer(manager, { probe });
    const a = named(manager, 'a');
    expect(Array.from({ length: 4 }, () => balancer.choose('read', new Set([a]))?.url)).toEqual(['b', 'b', 'b', 'b']);
    expect(balancer.choose('read', new Set([a, named(manager, 'b')]))?.url).toBeDefined();
  });

  it('probes one that is due beside the requests, which go to the others', () => {
    const manager = open('a', 'b');
    const balancer = new LoadBalancer(manager, { probe });
    fail(named(manager, 'a'), 3);
    balancer.choose('read');
    expect(probed).toEqual([]);
    now += 100;
    expect([balancer.choose('read')?.url, balancer.choose('read')?.url]).toEqual(['b', 'b']);
    expect(probed).toEqual(['a']);
  });

  it('fails at once when all are down, and says when to come again', async () => {
    const manager = open('a', 'b');
    const balancer = new LoadBalancer(manager, { probe });
    fail(named(manager, 'a'), 3);
    now += 40;
    fail(named(manager, 'b'), 3);
    expect(balancer.choose('write')).toBeUndefined();
    const failure = await balancer.chooseProbed('write').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TableError);
    expect(failure).toMatchObject({ kind: 'unavailable', retryAfterMs: 60 });
    expect(probed).toEqual([]);
  });

  it('lets all requests wait for one probe when all are down, and gives them what it found', async () => {
    const manager = open('a');
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const uses: ReturnType<Endpoint['use']>[] = [];
    const balancer = new LoadBalancer(manager, {
      probe: async (endpoint) => {
        uses.push(endpoint.use());
        await promise;
        uses[0]?.answered();
        uses[0]?.end();
      },
    });
    fail(named(manager, 'a'), 3);
    now += 100;
    const waiting = Array.from({ length: 5 }, async () => balancer.choose('read') ?? balancer.chooseProbed('read'));
    resolve(undefined);
    expect(urls(await Promise.all(waiting))).toEqual(['a', 'a', 'a', 'a', 'a']);
    expect(uses).toHaveLength(1);
  });

  it('lets nobody wait longer than a second for a probe that hangs', async () => {
    const manager = open('a');
    const balancer = new LoadBalancer(manager, {
      probe: (endpoint) => {
        endpoint.use();
        return new Promise(() => undefined);
      },
    });
    fail(named(manager, 'a'), 3);
    now += 100;
    expect(balancer.choose('read')).toBeUndefined();
    const started = performance.now();
    await expect(balancer.chooseProbed('read')).rejects.toMatchObject({ kind: 'unavailable' });
    expect(performance.now() - started).toBeGreaterThan(900);
    // Nobody waits for it any more.
    let isRefused = false;
    balancer.chooseProbed('read').catch(() => (isRefused = true));
    await setImmediate();
    expect(isRefused).toBe(true);
  });
});
