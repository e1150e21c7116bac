import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, failedOf, second, typeOf } from './support/api.ts';

let dataDir: string;
let servers: TestServer[];
let clients: [Api, Api];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-overlap-'));
  servers = [await startTestServer({ dataDir }), await startTestServer({ dataDir })];
  clients = servers.map(({ baseUrl }) => new Api(baseUrl)) as [Api, Api];
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await rm(dataDir, { recursive: true });
});

describe('of segments that overlap', () => {
  it.each([
    ['the same', '[10:0_20:0)'],
    ['one within', '[12:0_13:0)'],
    ['one around', '[5:0_25:0)'],
    ['one over the start', '[5:0_10:0]'],
    ['one over the end', '[19:999999999_30:0)'],
    ['the first instant', '[10:0]'],
    ['the last instant', '[19:999999999]'],
  ])('the second is refused: %s', async (_, timerange) => {
    const [api] = clients;
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: objectId, timerange: '[10:0_20:0)' });
    const single = await api.postSegments(flowId, { object_id: objectId, timerange });
    expect([single.status, typeOf(single)]).toEqual([400, 'segment_overlap']);
    const listed = await api.postSegments(flowId, [
      { object_id: objectId, timerange },
      { object_id: objectId, timerange: second(90) },
    ]);
    expect(listed.status).toBe(200);
    expect(failedOf(listed)).toMatchObject([{ object_id: objectId, timerange, error: { type: 'segment_overlap' } }]);
    expect(await api.timeranges(flowId)).toEqual(['[10:0_20:0)', second(90)]);
  });

  it.each(['[9:0_10:0)', '[20:0_21:0)', '[9:999999999]', '[20:0]'])('neighbours are none: %s', async (timerange) => {
    const [api] = clients;
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: objectId, timerange: '[10:0_20:0)' });
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: objectId, timerange });
    expect(await api.segments(flowId)).toHaveLength(2);
  });

  it('the later one of a request is refused, whatever their order in time', async () => {
    const [api] = clients;
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    const list = ['[50:0_60:0)', '[0:0_100:0)', '[10:0_20:0)', '[55:0]', '[15:0_25:0)', '[60:0_61:0)'];
    const result = await api.postSegments(
      flowId,
      list.map((timerange) => ({ object_id: objectId, timerange })),
    );
    expect(failedOf(result).map(({ timerange }) => timerange)).toEqual(['[0:0_100:0)', '[55:0]', '[15:0_25:0)']);
    expect(await api.timeranges(flowId)).toEqual(['[10:0_20:0)', '[50:0_60:0)', '[60:0_61:0)']);
  });

  it('one that is refused for another reason stands in nobody’s way', async () => {
    const [api] = clients;
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    const result = await api.postSegments(flowId, [
      { object_id: 'nobody knows it', timerange: '[0:0_10:0)' },
      { object_id: objectId, timerange: '[5:0_6:0)' },
    ]);
    expect(failedOf(result).map(({ error }) => error.type)).toEqual(['unknown_object']);
    expect(await api.timeranges(flowId)).toEqual(['[5:0_6:0)']);
  });

  it('segments of other flows are in nobody’s way', async () => {
    const [api] = clients;
    for (let n = 0; n < 2; n++) {
      const flowId = await api.newFlow();
      await api.fill(flowId, 3);
      expect(await api.segments(flowId)).toHaveLength(3);
    }
  });
});

describe('requests at once', () => {
  it('for the same time: one wins, through one server and through two', async () => {
    for (const contenders of [[clients[0]], clients]) {
      const flowId = await clients[0].newFlow();
      const objectId = await clients[0].newObject(flowId);
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, n) => {
            const client = contenders[n % contenders.length] ?? clients[0];
            return client.postSegments(flowId, { object_id: objectId, timerange: `[${round}:${n}_${round}:900)` });
          }),
        );
        expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
        expect(answers.filter(({ status }) => status === 400).map(typeOf)).toEqual(
          new Array(7).fill('segment_overlap'),
        );
      }
      expect(await clients[1].segments(flowId)).toHaveLength(10);
    }
  });

  it('in lists, with deletions among them, leave what was acknowledged and nothing that overlaps', async () => {
    const flowId = await clients[0].newFlow();
    const objectId = await clients[0].newObject(flowId);
    const kept = new Set<string>();
    await Promise.all(
      Array.from({ length: 24 }, async (_, n) => {
        const client = clients[n % 2 === 0 ? 0 : 1];
        const list = Array.from({ length: 20 }, (_, k) => {
          const start = (n * 7 + k * 3) % 60;
          return { object_id: objectId, timerange: `[${start}:0_${start + 1 + (k % 3)}:0)` };
        });
        const result = await client.postSegments(flowId, list);
        expect([200, 201]).toContain(result.status);
        // The same timerange may stand in the list twice: of those, one was kept.
        const refused = result.status === 201 ? [] : failedOf(result).map(({ timerange }) => timerange);
        for (const { timerange } of list) {
          const at = refused.indexOf(timerange);
          if (at === -1) kept.add(timerange);
          else refused.splice(at, 1);
        }
        if (n % 6 === 0)
          expect((await client.send('DELETE', `/flows/${flowId}/segments?timerange=[200:0_`)).status).toBe(204);
      }),
    );
    const found = await clients[1].timeranges(flowId, 'limit=1000');
    expect(new Set(found)).toEqual(kept);
    expect(found).toHaveLength(kept.size);
    const bounds = found.map((timerange) => (/^\[(\d+):0_(\d+):0\)$/.exec(timerange) ?? []).slice(1).map(Number));
    for (const [index, [, end = 0]] of bounds.entries()) {
      const next = bounds[index + 1];
      if (next !== undefined) expect(end).toBeLessThanOrEqual(next[0] ?? 0);
    }
  });

  it('for the same object ids: one allocates them', async () => {
    const flows = [await clients[0].newFlow(), await clients[0].newFlow()];
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(
        clients.map((client, n) =>
          client.send('POST', `/flows/${flows[n] ?? ''}/storage`, { object_ids: [`once ${round}`] }),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 400]);
      expect(answers.filter(({ status }) => status === 400).map(typeOf)).toEqual(['object_ids_in_use']);
    }
  });
});

describe('segments of several flows at once', () => {
  it('are each registered or refused as if they had come alone', async () => {
    const [api, other] = clients;
    const flows = await Promise.all(Array.from({ length: 24 }, () => api.newFlow()));
    const objects = await Promise.all(flows.map((id) => api.newObject(id)));
    const [readOnly = '', deleted = '', filled = ''] = flows;
    await api.must('PUT', `/flows/${readOnly}/read_only`, true);
    await api.must('POST', `/flows/${filled}/segments`, { object_id: objects[2], timerange: second(0) });
    const deletion = api.send('DELETE', `/flows/${deleted}`);
    const [unknown, ...answers] = await Promise.all([
      api.postSegments(randomUUID(), { object_id: 'none', timerange: second(0) }),
      ...flows.map((id, index) =>
        (index % 4 === 0 ? other : api).postSegments(id, { object_id: objects[index] ?? '', timerange: second(0) }),
      ),
    ]);
    expect((await deletion).status).toBeLessThan(300);
    expect([unknown.status, typeOf(unknown)]).toEqual([404, 'not_found']);
    const statuses = answers.map(({ status }) => status);
    // Before or after the flow went.
    expect([201, 404]).toContain(statuses[1]);
    expect(statuses.toSpliced(1, 1)).toEqual([403, 400, ...flows.slice(3).map(() => 201)]);
    expect([answers[0], answers[2]].map((answer) => answer && typeOf(answer))).toEqual([
      'flow_read_only',
      'segment_overlap',
    ]);
    const shown = await Promise.all(flows.map((id) => api.timeranges(id)));
    const kept = flows.map((id) => (id === readOnly || id === deleted ? [] : [second(0)]));
    expect(shown).toEqual(kept);
  });
});
