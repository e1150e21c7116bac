import { beforeEach, describe, expect, it } from 'vitest';
import { CircuitBreaker, CircuitOpenError } from '../../../src/media/circuit-breaker.ts';

class Fault extends Error {}

let now: number;
let breaker: CircuitBreaker;

const succeed = () => breaker.run(async () => 'ok');
const fault = () => breaker.run(async () => Promise.reject(new Fault()));
const refuse = () => breaker.run(async () => Promise.reject(new Error('refused')));

beforeEach(() => {
  now = 1000;
  breaker = new CircuitBreaker({
    failures: 3,
    resetMs: 100,
    isFault: (error) => error instanceof Fault,
    clock: () => now,
  });
});

async function open(): Promise<void> {
  for (let i = 0; i < 3; i++) await expect(fault()).rejects.toThrow(Fault);
}

describe('CircuitBreaker', () => {
  it('opens after so many faults in a row, and then does not run operations', async () => {
    await open();
    expect(breaker.state).toBe('open');
    let ran = false;
    const attempt = breaker.run(async () => (ran = true));
    await expect(attempt).rejects.toThrow(CircuitOpenError);
    await expect(attempt).rejects.toMatchObject({ retryAfterMs: 100 });
    expect(ran).toBe(false);
  });

  it('stays closed when faults are not in a row, or errors are not faults', async () => {
    for (let i = 0; i < 10; i++) {
      await expect(fault()).rejects.toThrow(Fault);
      await expect(fault()).rejects.toThrow(Fault);
      if (i % 2 === 0) await succeed();
      else await expect(refuse()).rejects.toThrow('refused');
    }
    expect(breaker.state).toBe('closed');
  });

  it('closes when the operation that is let through after a while succeeds', async () => {
    await open();
    now += 100;
    expect(breaker.state).toBe('half-open');
    expect(await succeed()).toBe('ok');
    expect(breaker.state).toBe('closed');
    await expect(fault()).rejects.toThrow(Fault);
    expect(breaker.state).toBe('closed');
  });

  it('closes as well when that operation is refused, since the service has answered', async () => {
    await open();
    now += 100;
    await expect(refuse()).rejects.toThrow('refused');
    expect(breaker.state).toBe('closed');
  });

  it('opens again at once when that operation meets a fault', async () => {
    await open();
    now += 100;
    await expect(fault()).rejects.toThrow(Fault);
    expect(breaker.state).toBe('open');
    now += 99;
    await expect(succeed()).rejects.toThrow(CircuitOpenError);
    now += 1;
    expect(await succeed()).toBe('ok');
  });

  it('lets one operation through at a time while it is half-open', async () => {
    await open();
    now += 100;
    const slow = Promise.withResolvers<string>();
    const probe = breaker.run(() => slow.promise);
    await expect(succeed()).rejects.toThrow(CircuitOpenError);
    slow.resolve('well');
    expect(await probe).toBe('well');
    expect(await succeed()).toBe('ok');
  });

  it('is not closed by an operation that began before it opened', async () => {
    const slow = Promise.withResolvers<string>();
    const early = breaker.run(() => slow.promise);
    await open();
    slow.resolve('late');
    await early;
    expect(breaker.state).toBe('open');
  });
});
