import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SnapshotReads } from '../../../../../../src/vastdb/engines/vast/transactions/snapshot-reads.ts';

/** A cluster of which only the begins and ends are seen; `answer` lets the oldest begin that waits succeed. */
function cluster() {
  const begun: PromiseWithResolvers<string>[] = [];
  const ended: string[] = [];
  const reads = new SnapshotReads({
    begin: () => {
      const begin = Promise.withResolvers<string>();
      begun.push(begin);
      return begin.promise;
    },
    end: (id) => ended.push(id),
  });
  return { begun, ended, reads };
}

describe('reads outside of transactions', () => {
  it('that come in one turn share one transaction, ended after the last of them', async () => {
    const { begun, ended, reads } = cluster();
    const slow = Promise.withResolvers<undefined>();
    const all = Promise.all([
      reads.read(async (id) => id),
      reads.read(async (id) => id),
      reads.read((id) => slow.promise.then(() => id)),
    ]);
    await turn();
    expect(begun).toHaveLength(1);
    begun[0]?.resolve('1');
    await sleep(5);
    expect(ended).toEqual([]);
    slow.resolve(undefined);
    expect(await all).toEqual(['1', '1', '1']);
    expect(ended).toEqual(['1']);
  });

  it('never join a transaction that was begun before they came', async () => {
    const { begun, reads } = cluster();
    const first = reads.read(async (id) => id);
    await turn();
    const second = reads.read(async (id) => id);
    begun[0]?.resolve('1');
    await turn();
    begun[1]?.resolve('2');
    expect(await Promise.all([first, second])).toEqual(['1', '2']);
  });

  it('gather while several are being begun', async () => {
    const { begun, ended, reads } = cluster();
    const ids: Promise<string>[] = [];
    for (let i = 0; i < 50; i += 1) {
      ids.push(reads.read(async (id) => id));
      await turn();
    }
    expect(begun).toHaveLength(4);
    for (let i = 0; i < 5; i += 1) {
      begun[i]?.resolve(String(i));
      await sleep(2);
    }
    expect(begun).toHaveLength(5);
    expect(new Set(await Promise.all(ids))).toEqual(new Set(['0', '1', '2', '3', '4']));
    expect(ended).toHaveLength(5);
  });

  it('fail together when their transaction cannot be begun, and the next ones do not', async () => {
    const { begun, ended, reads } = cluster();
    const failing = Promise.allSettled([reads.read(async () => 1), reads.read(async () => 2)]);
    await turn();
    begun[0]?.reject(new Error('nobody there'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = reads.read(async (id) => id);
    await turn();
    begun[1]?.resolve('2');
    expect(await next).toBe('2');
    expect(ended).toEqual(['2']);
  });

  it('end their transaction when they fail', async () => {
    const { begun, ended, reads } = cluster();
    const failing = reads.read(() => Promise.reject(new Error('broken')));
    await turn();
    begun[0]?.resolve('1');
    await expect(failing).rejects.toThrow('broken');
    expect(ended).toEqual(['1']);
  });
});
