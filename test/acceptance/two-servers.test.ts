import { describe, expect, it } from 'vitest';
import type { AllocatedObject, FlowBody, TamsClient } from '../support/tams-client.ts';
import { consecutive, dataFlow, flowWithObjects, secondAt } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';

const ROUNDS = 50;

/** Two servers in processes of their own, on one data directory. */
async function startTwo(): Promise<[TamsClient, TamsClient]> {
  const folder = await ServerFolder.make();
  const [one, other] = await Promise.all([folder.start(), folder.start()]);
  return [one.client, other.client];
}

/** A flow with objects that every one of the contenders can use. */
async function contestedFlow(
  client: TamsClient,
): Promise<{ flow: FlowBody; mine: AllocatedObject; yours: AllocatedObject }> {
  const flow = dataFlow();
  const [mine, yours] = await flowWithObjects(client, flow, 2);
  if (mine === undefined || yours === undefined) throw new Error('Too few objects were allocated.');
  return { flow, mine, yours };
}

describe('two servers on one data directory', () => {
  it('show each other what they write, media included', async () => {
    const [one, other] = await startTwo();
    const flow = dataFlow();
    const objects = await flowWithObjects(one, flow, 1);
    const [object] = objects;
    if (object === undefined) throw new Error('No object was allocated.');
    expect((await other.getFlow(flow.id)).status).toBe(200);
    expect((await other.postSegments(flow.id, consecutive(objects, 0))).status).toBe(201);
    expect(await one.upload(object, new Uint8Array([1, 2, 3]))).toBe(200);
    const [segment] = await other.listSegments(flow.id);
    if (segment === undefined) throw new Error('The segment is not there.');
    expect((await other.downloadSegment(segment)).body).toEqual(new Uint8Array([1, 2, 3]));
    expect(await one.listSegments(flow.id)).toMatchObject(consecutive(objects, 0));
  });

  it(`give a time range that both are asked for at once to exactly one, ${ROUNDS} times`, async () => {
    const clients = await startTwo();
    const { flow, mine, yours } = await contestedFlow(clients[0]);
    const winners: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const answers = await Promise.all(
        [mine, yours].map(({ object_id }, index) =>
          clients[index as 0 | 1].postSegments(flow.id, { object_id, timerange: secondAt(round) }),
        ),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([201, 400]);
      expect(answers.find(({ status }) => status === 400)?.body?.type).toBe('segment_overlap');
      winners.push((statuses[0] === 201 ? mine : yours).object_id);
    }
    const expected = winners.map((object_id, round) => ({ object_id, timerange: secondAt(round) }));
    for (const client of clients) expect(await client.listSegments(flow.id)).toMatchObject(expected);
  });

  it('divide lists that overlap, so that every second has one segment', async () => {
    const clients = await startTwo();
    const { flow, mine, yours } = await contestedFlow(clients[0]);
    const size = 20;
    for (let round = 0; round < 10; round += 1) {
      const starts = [round * 2 * size, round * 2 * size + size / 2] as const;
      const answers = await Promise.all(
        [mine, yours].map(({ object_id }, index) => {
          const objects = Array<AllocatedObject>(size).fill({ object_id, put_url: { url: '' } });
          return clients[index as 0 | 1].postSegments(flow.id, consecutive(objects, starts[index as 0 | 1]));
        }),
      );
      const refused = answers.flatMap(({ body }) => body?.failed_segments ?? []);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 201]);
      expect(refused).toHaveLength(size / 2);
      const whole = `[${starts[0]}:0_${starts[1] + size}:0)`;
      const timeranges = (await clients[0].listSegments(flow.id, whole)).map(({ timerange }) => timerange);
      expect(timeranges).toEqual(Array.from({ length: size * 1.5 }, (_, second) => secondAt(starts[0] + second)));
    }
  });
});
