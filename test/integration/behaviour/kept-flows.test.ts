import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, second } from './support/api.ts';

/** Every flow is asked for twice before a change, so that the second answer is one that was kept. */

interface Shown {
  readonly label?: string;
  readonly tags?: object;
  readonly segments_updated?: string;
  readonly collected_by?: readonly string[];
}

let dataDir: string;
let servers: TestServer[];
let here: Api;
let there: Api;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-kept-flows-'));
  servers = [await startTestServer({ dataDir }), await startTestServer({ dataDir })];
  [here, there] = servers.map(({ baseUrl }) => new Api(baseUrl)) as [Api, Api];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await rm(dataDir, { recursive: true });
});

async function askTwice(id: string): Promise<Shown> {
  const first = await here.get<Shown>(`/flows/${id}`);
  expect(await here.get(`/flows/${id}`)).toEqual(first);
  return first;
}

describe.each([
  ['this server', () => here],
  ['another server on the same data', () => there],
])('a flow that was shown, after a change by %s', (_, changer) => {
  it('has its new metadata', async () => {
    const id = await here.newFlow({ label: 'before' });
    expect(await askTwice(id)).toMatchObject({ label: 'before' });
    await changer().must('PUT', `/flows/${id}/label`, 'after');
    expect(await askTwice(id)).toMatchObject({ label: 'after' });
    await changer().must('PUT', `/flows/${id}/tags/site`, 'north');
    expect(await askTwice(id)).toMatchObject({ label: 'after', tags: { site: 'north' } });
  });

  it('tells when its segments changed, and which flows collect it', async () => {
    const id = await here.newFlow();
    expect(await askTwice(id)).not.toHaveProperty('segments_updated');
    await changer().fill(id, 1);
    expect(await askTwice(id)).toHaveProperty('segments_updated');
    const collector = await changer().newFlow({ flow_collection: [{ id, role: 'video' }] });
    expect((await askTwice(id)).collected_by).toEqual([collector]);
    await changer().must('DELETE', `/flows/${collector}`);
    expect(await askTwice(id)).not.toHaveProperty('collected_by');
  });

  it('is gone where it was deleted, and is the new one where its id is used again', async () => {
    const id = await here.newFlow({ label: 'before' });
    await here.fill(id, 1);
    await askTwice(id);
    await changer().must('DELETE', `/flows/${id}`);
    expect((await here.send('GET', `/flows/${id}`)).status).toBe(404);
    const source = randomUUID();
    await changer().must('PUT', `/flows/${id}`, videoFlow({ id, source_id: source }, { label: 'after' }));
    expect(await askTwice(id)).toMatchObject({ label: 'after', source_id: source });
  });
});

describe('a flow that is kept', () => {
  it('is shown to each version of TAMS as that version shows it', async () => {
    const id = await here.newFlow({ tags: { single: 'one' } });
    await here.must('PUT', `/v8.2/flows/${id}/tags/several`, ['one', 'two']);
    for (let round = 0; round < 2; round++) {
      expect((await here.get<Shown>(`/v8.2/flows/${id}`)).tags).toMatchObject({ several: ['one', 'two'] });
      expect((await here.get<Shown>(`/v7.0/flows/${id}`)).tags).toMatchObject({ several: 'one,two' });
    }
  });

  it('is the same with a timerange that is not asked for, which is looked at all the same', async () => {
    const id = await here.newFlow();
    await here.fill(id, 1);
    const plain = await askTwice(id);
    expect(await here.get(`/flows/${id}?timerange=${second(0)}`)).toEqual(plain);
    expect(await here.get(`/flows/${id}?include_timerange=true`)).toEqual({ ...plain, timerange: second(0) });
    expect((await here.send('GET', `/flows/${id}?timerange=soon`)).status).toBe(400);
  });
});
