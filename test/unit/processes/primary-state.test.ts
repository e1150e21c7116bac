import { AggregatorRegistry } from 'prom-client';
import { expect, it } from 'vitest';
import { KeptCounters } from '../../../src/processes/primary-state.ts';

const metrics = (count: number) => [
  { name: 'requests_total', help: '', type: 'counter', aggregator: 'sum', values: [{ value: count, labels: {} }] },
  { name: 'memory', help: '', type: 'gauge', aggregator: 'sum', values: [{ value: 1, labels: {} }] },
];

it('keeps the counters of processes that have ended or do not answer', async () => {
  const kept = new KeptCounters<string>();
  const total = async (answers: ReadonlyMap<string, number>): Promise<string> => {
    const given = [...answers].map(([process, count]) => {
      kept.note(process, metrics(count));
      return metrics(count);
    });
    return AggregatorRegistry.aggregate([
      ...given,
      ...(await kept.metrics(new Set(answers.keys()))),
    ] as object[]).metrics();
  };
  expect(
    await total(
      new Map([
        ['one', 5],
        ['two', 7],
      ]),
    ),
  ).toContain('requests_total 12\n');
  // One that hangs, or is about to end.
  const alone = await total(new Map([['one', 6]]));
  expect(alone).toContain('requests_total 13\n');
  expect(alone).toContain('memory 1\n');
  kept.keep('two');
  expect(await total(new Map([['one', 6]]))).toContain('requests_total 13\n');
  expect(await total(new Map([['one', 6]]))).toContain('requests_total 13\n');
  expect(
    await total(
      new Map([
        ['one', 6],
        ['three', 2],
      ]),
    ),
  ).toContain('requests_total 15\n');
});

it('keeps the counters of a process that ends while others are added up', async () => {
  const kept = new KeptCounters<string>();
  const sum = async () => AggregatorRegistry.aggregate((await kept.metrics(new Set())) as object[]).metrics();
  kept.note('one', metrics(5));
  kept.note('two', metrics(7));
  kept.keep('one');
  const before = sum();
  kept.keep('two');
  expect(await before).toContain('requests_total 12\n');
  expect(await sum()).toContain('requests_total 12\n');
});
