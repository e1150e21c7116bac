import { afterEach, describe, expect, it } from 'vitest';
import { WorkerThread } from '../../../src/shared/worker-calls.ts';

interface Asked {
  readonly do: 'add' | 'sum' | 'die';
  readonly number?: number;
}

const calls = new URL('../../../src/shared/worker-calls.ts', import.meta.url);
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { answerCalls } from ${JSON.stringify(calls.href)};
    let sum = 0;
    answerCalls(async (asked) => {
      if (asked.do === 'die') throw new Error('as it was told');
      if (asked.do === 'add') sum += asked.number;
      return sum;
    });
  `)}`,
);

const opened: WorkerThread<Asked, number>[] = [];

function open(greeting: () => Asked[] = () => []): WorkerThread<Asked, number> {
  const deathOf = (cause: unknown): Error => new Error('it died', { cause });
  const thread = new WorkerThread<Asked, number>(program, { name: 'adder', deathOf, greeting });
  opened.push(thread);
  return thread;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((thread) => thread.terminate()));
});

describe('a worker thread', () => {
  it('starts with the first call, and answers each', async () => {
    const thread = open();
    thread.tell({ do: 'add', number: 40 });
    expect(thread.isRunning).toBe(false);
    const answers = await Promise.all([1, 2, 3].map((number) => thread.call({ do: 'add', number })));
    expect([answers, thread.isRunning, thread.generation]).toEqual([[1, 3, 6], true, 0]);
    thread.tell({ do: 'add', number: 4 });
    expect(await thread.call({ do: 'sum' })).toBe(10);
  });

  it('fails what it owes as it dies, and starts again with its greeting', async () => {
    const thread = open(() => [{ do: 'add', number: 100 }]);
    expect(await thread.call({ do: 'add', number: 1 })).toBe(101);
    const deaths = await Promise.allSettled([thread.call({ do: 'die' }), thread.call({ do: 'die' })]);
    for (const death of deaths) {
      expect(death).toMatchObject({ reason: { message: 'it died', cause: { message: 'as it was told' } } });
    }
    expect([thread.isRunning, thread.generation]).toEqual([false, 1]);
    expect(await thread.call({ do: 'sum' })).toBe(100);
  });

  it('throws what cannot be sent, and goes on', async () => {
    const thread = open();
    expect(() => thread.call({ do: 'add', number: (() => 1) as unknown as number })).toThrow(/could not be cloned/);
    expect(await thread.call({ do: 'sum' })).toBe(0);
  });
});
