import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditEntry } from '../../../../src/features/auth/audit.ts';
import { AuditTrail } from '../../../../src/features/auth/audit-trail.ts';
import { ALONE } from '../../../../src/operation/siblings.ts';

const denied = (n: number): AuditEntry => ({ event: 'denied', principal: `user ${n}`, requestId: `request ${n}` });

const act = (n: number): AuditEntry => ({ event: 'administration', principal: `user ${n}`, requestId: `request ${n}` });

describe('AuditTrail', () => {
  it('adds up what is the same but for its request, and keeps the first request', () => {
    const trail = new AuditTrail(() => undefined);
    trail.record({ ...denied(1), requestId: 'first' });
    trail.record({ ...denied(1), requestId: 'second' });
    trail.record(denied(2));
    expect(trail.drain()).toMatchObject([
      { principal: 'user 1', requestId: 'first', count: 2 },
      { principal: 'user 2', count: 1 },
    ]);
    expect(trail.drain()).toEqual([]);
  });

  it('calls once for each time that it stops being empty', () => {
    let calls = 0;
    const trail = new AuditTrail(() => (calls += 1));
    trail.record(act(1));
    trail.record(act(2));
    expect(calls).toBe(1);
    trail.drain();
    trail.record(act(1));
    expect(calls).toBe(2);
  });

  it('is bounded: of a flood it knows how much it was', () => {
    const trail = new AuditTrail(() => undefined);
    for (let n = 0; n < 20_000; n++) trail.record(denied(n));
    const records = trail.drain();
    expect(records.length).toBeLessThanOrEqual(501);
    expect(records.find(({ event }) => event === 'overflow')?.count).toBe(19_500);
    expect(records.reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
    expect(trail.counts.undescribed).toBe(19_500);
  });

  it('counts everything that it is told of, by event and scheme, repetitions too', () => {
    const trail = new AuditTrail(() => undefined);
    for (let n = 0; n < 3; n++) trail.record({ ...denied(1), scheme: 'jwt' });
    trail.drain();
    trail.record({ ...denied(1), scheme: 'jwt' });
    trail.record({ event: 'login_failed' });
    trail.login('alice', 'basic', { id: 'x', ip: '10.0.0.1' });
    expect(trail.counts.all()).toEqual([
      { event: 'denied', scheme: 'jwt', count: 4 },
      { event: 'login_failed', scheme: 'none', count: 1 },
      { event: 'login', scheme: 'basic', count: 1 },
    ]);
  });

  it('takes back what could not be written', () => {
    const trail = new AuditTrail(() => undefined);
    trail.record(act(1));
    trail.record(act(1));
    const records = trail.drain();
    trail.record(act(1));
    trail.restore(records);
    expect(trail.drain()).toMatchObject([{ count: 3 }]);
  });

  it('records logins seldom, by principal, scheme and address', () => {
    const trail = new AuditTrail(() => undefined);
    for (const ip of ['10.0.0.1', '10.0.0.1', '10.0.0.2']) trail.login('alice', 'jwt', { id: 'x', ip });
    trail.login('alice', 'basic', { id: 'x', ip: '10.0.0.1' });
    expect(trail.drain().map(({ scheme, address, count }) => [scheme, address, count])).toEqual([
      ['jwt', '10.0.0.1', 1],
      ['jwt', '10.0.0.2', 1],
      ['basic', '10.0.0.1', 1],
    ]);
  });
});

it('a login that one process of a server has recorded is not recorded by another', () => {
  const processes: ((told: never) => void)[] = [];
  const siblings: typeof ALONE = {
    ...ALONE,
    everywhere: (_topic, listener) => {
      processes.push(listener);
      return (told) => processes.forEach((process) => process(told as never));
    },
  };
  const [one, other] = [new AuditTrail(() => undefined, siblings), new AuditTrail(() => undefined, siblings)];
  const client = { ip: '127.0.0.1', id: 'request' };
  one.login('alice', 'basic', client);
  other.login('alice', 'basic', client);
  other.login('bob', 'basic', client);
  expect([one, other].map((trail) => trail.drain().map(({ principal }) => principal))).toEqual([['alice'], ['bob']]);
});

describe('refusals that go on', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are recorded at once, then once a minute with their number, then not at all', () => {
    const trail = new AuditTrail(() => undefined);
    const written: number[][] = [];
    for (let second = 0; second < 180; second++) {
      if (second < 150) trail.record(denied(1));
      const counts = trail.drain().map(({ count }) => count);
      if (counts.length > 0) written.push([second, ...counts]);
      vi.setSystemTime(Date.now() + 1000);
    }
    expect(written).toEqual([
      [0, 1],
      [60, 60],
      [120, 60],
    ]);
    expect(trail.isCounting).toBe(true);
    vi.setSystemTime(Date.now() + 1000);
    expect(trail.drain()).toMatchObject([{ event: 'denied', principal: 'user 1', count: 29 }]);
    vi.setSystemTime(Date.now() + 60_000);
    expect(trail.drain()).toEqual([]);
    expect(trail.isCounting).toBe(false);
  });

  it('hold nothing else back, and are all there at the end', () => {
    const trail = new AuditTrail(() => undefined);
    trail.record(denied(1));
    trail.drain();
    trail.record(denied(1));
    trail.record(denied(2));
    trail.record(act(1));
    expect(trail.drain().map(({ event, principal }) => `${event} ${principal}`)).toEqual([
      'denied user 2',
      'administration user 1',
    ]);
    expect(trail.drainAll()).toMatchObject([{ principal: 'user 1', count: 1 }]);
  });

  it('are bounded: of more than 500 different ones none is lost, and none is counted twice', () => {
    const trail = new AuditTrail(() => undefined);
    let total = 0;
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 400; n++) trail.record(denied(round * 200 + n));
      total += trail.drain().reduce((sum, { count }) => sum + count, 0);
    }
    total += trail.drainAll().reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe(1200);
  });
});
