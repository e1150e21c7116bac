import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AllocatedObject, TamsClient } from '../support/tams-client.ts';
import { consecutive, dataFlow, flowWithObjects } from './support/flows.ts';
import { contentOf, type FlowLedger } from './support/ledger.ts';
import { runVerify } from './support/mgmt.ts';
import { RecordedLoad } from './support/recorded-load.ts';
import { ServerFolder } from './support/server-folder.ts';
import { SlowUpload } from './support/slow-upload.ts';
import { verifyLedger } from './support/verify-ledger.ts';

/** How often the server is killed; more for a long run by hand. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 8);
// Bounds for a machine that has other work to do: a round starts two servers.
const ROUND_MS = 40_000;
const VERIFY_MS = 80_000;
const CLIENTS = 6;
/** The kill comes at any moment of this stretch of the load. */
const KILL_AFTER_MS = { min: 100, max: 800 };

describe('a server that is killed (SIGKILL) in the middle of a load', () => {
  it(
    `has every acknowledged write, none twice and no half of one, ${ROUNDS} times in a row`,
    async () => {
      const folder = await ServerFolder.make();
      const ledgers: FlowLedger[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const { server, client } = await folder.start();
        const load = new RecordedLoad(client, CLIENTS);
        await sleep(KILL_AFTER_MS.min + Math.random() * (KILL_AFTER_MS.max - KILL_AFTER_MS.min));
        // On a busy machine no load might come so far by then.
        if (round === 0) await expect.poll(() => acknowledgedSegments(load.ledgers)).toBeGreaterThan(0);
        load.expectEnd();
        await server.kill();
        await load.finished();
        ledgers.push(...load.ledgers);

        const again = await folder.start();
        await Promise.all(load.ledgers.map((ledger) => verifyLedger(again.client, ledger)));
        await again.server.kill();
      }
      expect(
        acknowledgedSegments(ledgers),
        'acknowledged segments: without any this test shows nothing',
      ).toBeGreaterThan(0);
      const { client } = await folder.start();
      for (const ledger of ledgers) await verifyLedger(client, ledger);
      expect(await runVerify(folder.dataDir)).toEqual({ code: 0, output: 'Everything fits together.\n' });
    },
    ROUNDS * ROUND_MS + VERIFY_MS,
  );

  it('shows nothing of an upload that was half done, and all of what it would have replaced', async () => {
    const folder = await ServerFolder.make();
    const { server, client } = await folder.start();
    const flow = dataFlow();
    const objects = await flowWithObjects(client, flow, 2);
    const [fresh, replaced] = objects;
    if (fresh === undefined || replaced === undefined) throw new Error('Too few objects were allocated.');
    const segments = consecutive(objects, 0);
    await client.postSegments(flow.id, segments);
    expect(await client.upload(replaced, contentOf('before'))).toBe(200);
    await Promise.all([uploadHalf(fresh), uploadHalf(replaced)]);
    expect(await statuses(client, flow.id)).toEqual([404, 200]);
    await server.kill();

    const again = await folder.start();
    expect(await statuses(again.client, flow.id)).toEqual([404, 200]);
    const [, second] = await again.client.listSegments(flow.id);
    if (second === undefined) throw new Error('The segment is gone.');
    expect(Buffer.compare((await again.client.downloadSegment(second)).body, contentOf('before'))).toBe(0);
  });

  it('shows nothing of an upload whose client went away', async () => {
    const folder = await ServerFolder.make();
    const { client } = await folder.start();
    const flow = dataFlow();
    const objects = await flowWithObjects(client, flow, 1);
    const [object] = objects;
    if (object === undefined) throw new Error('No object was allocated.');
    await client.postSegments(flow.id, consecutive(objects, 0));
    const upload = await uploadHalf(object);
    upload.abort();
    await sleep(200);
    expect(await statuses(client, flow.id)).toEqual([404]);
    expect(await client.upload(object, contentOf('after'))).toBe(200);
    expect(await statuses(client, flow.id)).toEqual([200]);
  });
});

async function uploadHalf(object: AllocatedObject): Promise<SlowUpload> {
  const upload = new SlowUpload(object, 400_000);
  await upload.send(new Uint8Array(200_000).fill(1));
  return upload;
}

/** The statuses that the objects of the flow's segments are answered with. */
async function statuses(client: TamsClient, flowId: string): Promise<number[]> {
  const segments = await client.listSegments(flowId);
  const answers = await Promise.all(segments.map((segment) => client.downloadSegment(segment)));
  return answers.map(({ status }) => status);
}

const acknowledgedSegments = (ledgers: readonly FlowLedger[]): number =>
  ledgers
    .flatMap(({ segments }) => segments)
    .filter(({ progress }) => progress === 'acknowledged')
    .reduce((sum, { segments }) => sum + segments.length, 0);
