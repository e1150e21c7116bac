import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { BothVersions } from './support/both-versions.ts';

let server: TestServer;
let api: BothVersions;
beforeAll(async () => {
  server = await startTestServer({ inProcess: 'lookForDue', env: { RECLAIM_GRACE_S: '0', SOFT_DELETE: 'true' } });
  api = new BothVersions(server.baseUrl);
});
afterAll(() => server.close());

const INITS = 2;
const MEDIA = 4;
const FLOWS = 2;

/** Registers a media object, with the initialisation segment that it takes first; deletes its segments; or empties the trash. */
const step = fc.oneof(
  fc.record({ media: fc.nat(MEDIA - 1), init: fc.nat(INITS - 1), flow: fc.nat(FLOWS - 1) }),
  fc.record({ drop: fc.nat(MEDIA - 1), flow: fc.nat(FLOWS - 1) }),
  fc.constant('purge' as const),
);

/** An initialisation segment is there as long as a segment uses it through its media object, in the trash too. */
it('initialisation segments live as long as something uses them, and no longer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 25 }), async (steps) => {
      const flows = [await api.newFlow(), await api.newFlow()];
      const first = flows[0] ?? '';
      const allocated = (await api.allocate(first, { limit: INITS + MEDIA })).map(({ object_id }) => object_id);
      const [inits, media] = [allocated.slice(0, INITS), allocated.slice(INITS)];
      const initOf = new Map<number, number>();
      const gone = new Set<number>();
      const goneInits = new Set<number>();
      /** Flows whose segments use a media object, by its number. */
      const [uses, trash] = [new Map<number, Set<number>>(), new Map<number, Set<number>>()];
      const isUsed = (n: number) => (uses.get(n)?.size ?? 0) + (trash.get(n)?.size ?? 0) > 0;
      let at = 0;
      for (const each of steps) {
        if (each === 'purge') {
          const deleted = await fetch(`${server.baseUrl}/internal/deleted`, { method: 'DELETE' });
          expect(deleted.status).toBe(200);
          trash.clear();
        } else if ('drop' in each) {
          const flow = flows[each.flow] ?? '';
          const query = `object_id=${media[each.drop] ?? ''}`;
          await api.must(204, '8.2', 'DELETE', '/flows/{flowId}/segments', [flow], { query });
          if (uses.get(each.drop)?.delete(each.flow) === true) {
            trash.set(each.drop, (trash.get(each.drop) ?? new Set()).add(each.flow));
          }
        } else {
          const { media: n, flow } = each;
          const isFirst = !initOf.has(n);
          const timerange = `[${++at}:0_${at + 1}:0)`;
          const init_object_id = isFirst ? inits[each.init] : undefined;
          // Both are of the same length, wherever they are on the timeline.
          const segment = { object_id: media[n], timerange, ts_offset: `${at}:0`, init_object_id };
          const mayBegin = flow === 0 && !goneInits.has(each.init);
          const taken = gone.has(n) || (isFirst && !mayBegin && flow === 0);
          if (!taken && (!isFirst || mayBegin)) {
            await api.register('8.2', flows[flow] ?? '', segment);
            if (isFirst) initOf.set(n, each.init);
            uses.set(n, (uses.get(n) ?? new Set()).add(flow));
          }
        }
        await server.lookForDue();
        await server.lookForDue();
        for (const n of initOf.keys()) if (!isUsed(n)) gone.add(n);
        for (const [index, init] of inits.entries()) {
          const needs = [...initOf].filter(([, of]) => of === index).map(([n]) => n);
          if (needs.length === 0) continue;
          const isNeeded = needs.some((n) => !gone.has(n));
          if (!isNeeded) goneInits.add(index);
          const { status } = await api.send('8.2', 'GET', '/objects/{objectId}', [init]);
          expect(status, JSON.stringify({ steps, index })).toBe(isNeeded ? 200 : 404);
        }
        for (const n of initOf.keys()) {
          const { status, text } = await api.send('8.2', 'GET', '/objects/{objectId}', [media[n] ?? '']);
          expect(status, JSON.stringify(steps)).toBe(gone.has(n) ? 404 : 200);
          if (status === 200) expect(text).toContain(`"init_object":{"id":"${inits[initOf.get(n) ?? 0] ?? ''}"`);
        }
      }
    }),
    { numRuns: 12 },
  );
  // Each step looks twice for what is due, which is some twenty requests to a cluster.
});
