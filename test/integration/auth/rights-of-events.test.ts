import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../../support/webhook-receiver.ts';
import { type ClassServer, type Name, startClassServer, tagged } from './support/class-server.ts';

/* Events are for those who may read what they are about: with real receivers. */

const LIMITED = ['reader', 'editor', 'writer', 'remover', 'news'] as const satisfies Name[];

let world: ClassServer;
let receivers: Record<'everybody' | (typeof LIMITED)[number], WebhookReceiver>;
beforeAll(async () => {
  world = await startClassServer(REACH_RECEIVERS);
  const started = ['everybody' as const, ...LIMITED].map(
    async (name) => [name, await WebhookReceiver.start()] as const,
  );
  receivers = Object.fromEntries(await Promise.all(started)) as typeof receivers;
  for (const [name, { url }] of Object.entries(receivers)) {
    const events = ['flows/created', 'flows/updated', 'sources/created'];
    await world.at('')[name as Name].must('POST', '/service/webhooks', { url, events });
  }
});
afterAll(async () => {
  await Promise.all(Object.values(receivers).map((receiver) => receiver.close()));
  await world.close();
});

it('are for those whose classes let them read, and those of open content for all', async () => {
  const { sport, everybody } = world.at('');
  const [hidden, open] = [randomUUID(), randomUUID()];
  await sport.must('PUT', `/flows/${hidden}`, videoFlow({ id: hidden, source_id: randomUUID() }, tagged('sport')));
  await sport.must('PUT', `/flows/${hidden}/label`, 'a name');
  await everybody.must('PUT', `/flows/${open}`, videoFlow({ id: open, source_id: randomUUID() }));
  expect(await receivers.everybody.events(5)).toHaveLength(5);
  for (const name of LIMITED) {
    const mayRead = name === 'reader' || name === 'editor';
    const events = JSON.stringify(await receivers[name].events(mayRead ? 5 : 2));
    expect(events.includes(hidden), name).toBe(mayRead);
    expect(events, name).toContain(open);
  }
});
