import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { multiFlow } from '../../support/examples.ts';
import { type ClassServer, startClassServer, tagged } from './support/class-server.ts';

let world: ClassServer;
beforeAll(async () => {
  world = await startClassServer();
});
afterAll(() => world.close());

it('draws what the caller may see, behind more members than lanes that are hidden', async () => {
  const { admin, news } = world.as;
  const hidden = await Promise.all(Array.from({ length: 40 }, () => admin.newFlow(tagged('sport'))));
  const own = await admin.newFlow(tagged('news'));
  const id = randomUUID();
  const flow_collection = [...hidden, own].map((member) => ({ id: member, role: 'video' }));
  const collector = multiFlow({ id, source_id: randomUUID() }, { ...tagged('news'), flow_collection });
  await admin.must('PUT', `/flows/${id}`, collector);

  const drawn = await news.get<{ flows: { flow_id: string }[]; more: boolean }>(`/timeline/flows/${id}`);
  expect(drawn.flows.map(({ flow_id }) => flow_id)).toEqual([id, own]);
  expect(drawn.more).toBe(false);
});
