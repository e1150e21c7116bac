import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testId } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { IdentityProvider } from '../../support/identity-provider.ts';
import { second } from '../behaviour/support/api.ts';
import { bearer } from './support/requests.ts';
import { type ClassServer, startClassServer, tagged } from './support/class-server.ts';

let provider: IdentityProvider;
let world: ClassServer;
beforeAll(async () => {
  provider = await IdentityProvider.start();
  world = await startClassServer({ ...provider.env, AUTH_MODE: 'token,jwt' });
});
afterAll(async () => {
  await world.close();
  await provider.close();
});

interface Made {
  readonly url: string;
  readonly expires: string;
}

/** As a player that follows redirects, and sends no headers. */
const play = (url: string) => fetch(url, { redirect: 'follow' });
const lineOf = async (url: string): Promise<string> => {
  const { url: base, ...answer } = await play(url).then(async (found) => ({
    url: found.url,
    text: await found.text(),
  }));
  const line = answer.text.split('\n').find((text) => text !== '' && !text.startsWith('#')) ?? '';
  return new URL(line, base).href;
};

describe('a playback URL', () => {
  it('plays one flow, with the rights that its maker has now', async () => {
    const { news, sport, admin } = world.as;
    const flow = await sport.newFlow({ ...tagged('sport') });
    const other = await sport.newFlow({ ...tagged('sport') });
    await sport.fill(flow, 2);
    await sport.fill(other, 1);
    expect((await news.send('POST', `/playback/flows/${flow}/url`)).status).toBe(404);
    const { url, expires } = await sport.must<Made>('POST', `/playback/flows/${flow}/url`);
    expect(Math.abs(Date.parse(expires) - Date.now() - 12 * 3_600_000)).toBeLessThan(60_000);
    expect((await play(url)).status).toBe(200);
    const line = await lineOf(url);
    expect(new URL(line).pathname).toMatch(/^\/playback\/t\/[\w-]+\/flows\//);
    expect((await fetch(line, { redirect: 'manual' })).status).toBe(302);
    // Of nothing else, and not when it was altered.
    expect((await play(url.replace(`/flows/${flow}`, `/flows/${other}`))).status).toBe(403);
    expect((await play(url.replace(/\/t\/..../, '/t/AAAA'))).status).toBe(403);
    // Whoever has the class is asked anew each time.
    await admin.must('PUT', `/flows/${flow}/tags/auth_classes`, 'news');
    expect((await play(url)).status).toBe(404);
    expect((await fetch(line, { redirect: 'manual' })).status).toBe(404);
    await admin.must('PUT', `/flows/${flow}/tags/auth_classes`, 'sport');
    expect((await play(url)).status).toBe(200);
    expect((await sport.send('POST', `/playback/flows/${flow}/url?expires_in=9999999`)).status).toBe(400);
  });

  it('of a JWT has its rights, whoever has its name here', async () => {
    const flow = await world.as.sport.newFlow({ ...tagged('sport') });
    await world.as.sport.fill(flow, 1);
    for (const sub of ['nobody', 'writer']) {
      const jwt = await provider.token({ sub, scope: 'read' });
      const made = await bearer(world.server.baseUrl, jwt, 'POST', `/playback/flows/${flow}/url`);
      expect(made.status, made.text).toBe(201);
      expect((await play((made.json as Made).url)).status, sub).toBe(200);
    }
  });

  it('counts as requests of its maker', async () => {
    const limited = await startClassServer({ RATE_LIMIT_PER_S: '5' });
    onTestFinished(() => limited.close());
    const flow = await limited.as.sport.newFlow({ ...tagged('sport') });
    const { url } = await limited.as.sport.must<Made>('POST', `/playback/flows/${flow}/url`);
    // Also where it leads to another flow, which takes a look at the tables.
    for (const each of [url, url.replaceAll(flow, testId('flow', 9))]) {
      const answers = await Promise.all(Array.from({ length: 60 }, () => fetch(each, { redirect: 'manual' })));
      expect(answers.map(({ status }) => status)).toContain(429);
    }
  });

  it('of a source plays its renditions, and no others', async () => {
    const { sport } = world.as;
    const member = await sport.newFlow({ ...tagged('sport') });
    await sport.fill(member, 1);
    const stranger = await sport.newFlow({ ...tagged('sport') });
    const { source_id: source } = await sport.get<{ source_id: string }>(`/flows/${member}`);
    const { url } = await sport.must<Made>('POST', `/playback/sources/${source}/url`);
    const variant = await lineOf(url);
    expect(variant).toContain(`/flows/${member}.m3u8`);
    expect((await fetch(await lineOf(variant), { redirect: 'manual' })).status).toBe(302);
    expect((await play(variant.replace(member, stranger))).status).toBe(403);
    // Its gaps would tell of what is beside it.
    const { url: alone } = await sport.must<Made>('POST', `/playback/flows/${member}/url`);
    expect((await play(alone)).status).toBe(200);
    expect((await play(`${alone}?of=sources/${source}`)).status).toBe(403);
    expect((await play(`${variant}&of=sources/${source}`)).status).toBe(200);
  });

  it('and every playlist show what their reader may see, and nothing of the rest', async () => {
    const { sport, news, admin } = world.as;
    const [shown, hidden] = [
      await sport.newFlow({ ...tagged('sport', 'news') }),
      await sport.newFlow({ ...tagged('sport') }),
    ];
    await sport.fill(shown, 1);
    await sport.fill(hidden, 3);
    const { source_id: source } = await sport.get<{ source_id: string }>(`/flows/${shown}`);
    const flow = await admin.get<object>(`/flows/${hidden}`);
    await admin.must('PUT', `/flows/${hidden}`, { ...flow, source_id: source });
    for (const id of [shown, hidden]) {
      const { text } = await admin.send('GET', `/v8.2/flows/${id}`);
      await admin.must('PUT', `/v8.2/flows/${id}`, { ...(JSON.parse(text) as object), status: 'closed_complete' });
    }
    await admin.must('PUT', `/sources/${source}/tags/auth_classes`, 'sport, news');
    const playlist = `/playback/sources/${source}.m3u8`;
    const both = (await sport.send('GET', playlist)).text;
    expect([both.includes(shown), both.includes(hidden)]).toEqual([true, true]);
    const { url } = await news.must<Made>('POST', `/playback/sources/${source}/url`);
    for (const text of [(await news.send('GET', playlist)).text, await (await play(url)).text()]) {
      expect([text.includes(shown), text.includes(hidden)]).toEqual([true, false]);
    }
    // Its gaps do not tell of the other's lines either.
    const inStep = `/playback/flows/${shown}.m3u8?of=sources/${source}`;
    expect((await sport.send('GET', inStep)).text).toContain('EXT-X-GAP');
    expect((await news.send('GET', inStep)).text).not.toContain('EXT-X-GAP');
    for (const path of [
      `${hidden}.m3u8`,
      `${hidden}.m3u8?of=sources/${source}`,
      `${hidden}.otio`,
      `${hidden}/0_1000000000.ts`,
    ]) {
      expect((await news.send('GET', `/playback/flows/${path}`)).status, path).toBe(404);
      // What a line leads to was never uploaded.
      if (path.endsWith('.ts')) continue;
      expect((await sport.send('GET', `/playback/flows/${path}`)).status, path).toBe(200);
    }
  });

  it("is needed where there are no credentials, and its lines are nobody else's", async () => {
    const { sport, news } = world.as;
    const flow = await sport.newFlow({ ...tagged('sport') });
    await sport.fill(flow, 1);
    const line = `/playback/flows/${flow}/0_1000000000.ts`;
    expect(second(0)).toBe('[0:0_1:0)');
    expect((await call(world.server.baseUrl, 'GET', line)).status).toBe(401);
    expect((await news.send('GET', line)).status).toBe(404);
    expect((await news.send('GET', `/playback/flows/${flow}.m3u8`)).status).toBe(404);
  });
});
