import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExrApi, exrFixture, type Inspected, renderedFrame } from '../../support/exr-objects.ts';
import { attribute, channels, requiredAttributes, writeHeader } from '../../support/exr-writer.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
let api: ExrApi;
let flow: string;
beforeAll(async () => {
  server = await startTestServer();
  api = new ExrApi(server.baseUrl);
  flow = await api.newExrFlow();
});
afterAll(() => server.close());

const typeOf = ({ json }: { json: unknown }) => (json as { type?: string }).type;

describe('POST /exr/inspect', () => {
  it('reads the header of an object where it lies, and keeps all of it', async () => {
    const bytes = exrFixture('standard-attributes.exr');
    await api.uploadAll(flow, { 'standard/frame.0007.exr': bytes });
    const found = await api.inspect('standard/frame.0007.exr');
    expect(found.file).toMatchObject({ path: 'standard/frame.0007.exr', size: bytes.length, frame_number: 7 });
    expect(found.stats?.bytes_read).toBeLessThanOrEqual(65_536);
    expect(found.persistence).toMatchObject({ outcome: 'created', rows_updated: 0, inspection_count: 1 });

    const read = await api.get<Inspected>(`/exr/files/${found.persistence?.id ?? ''}`);
    const { persistence, ...described } = found;
    expect(read).toEqual({ ...described, persistence: expect.objectContaining({ id: persistence?.id }) as unknown });
  });

  it.each([
    'attribute-types.exr',
    'deep-scanline.exr',
    'deep-tiled.exr',
    'layers-mixed-types.exr',
    'long-names.exr',
    'multipart.exr',
    'multipart-deep.exr',
    'multiview.exr',
    'preview.exr',
    'tiled-ripmap.exr',
  ])('gives back what it read: %s', async (name) => {
    await api.uploadAll(flow, { [`fixtures/${name}`]: exrFixture(name) });
    const { persistence, ...found } = await api.inspect(`fixtures/${name}`);
    expect(await api.get(`/exr/files/${persistence?.id ?? ''}`)).toMatchObject(found);
  });

  it('changes one row and adds none when it inspects the same header again', async () => {
    await api.uploadAll(flow, { 'again.exr': renderedFrame(1) });
    const first = await api.inspect('again.exr');
    const second = await api.inspect('again.exr');
    expect(first.persistence).toMatchObject({ outcome: 'created', rows_removed: 0 });
    expect(first.persistence?.rows_added).toBe(1 + 1 + 4 + first.attributes.length + 1);
    const audit = { outcome: 'unchanged', rows_added: 0, rows_updated: 1, rows_removed: 0, inspection_count: 2 };
    expect(second.persistence).toMatchObject({ ...audit, id: first.persistence?.id });
  });

  it('puts a changed header in the place of the old one', async () => {
    const [object] = await api.allocate(flow, { object_ids: ['changing.exr'] });
    if (object === undefined) throw new Error('nothing was allocated');
    await api.write(object.put_url, renderedFrame(1));
    const before = await api.inspect('changing.exr');
    const list = attribute('channels', 'chlist', channels({ name: 'Y', type: 2 }));
    await api.write(object.put_url, renderedFrame(1, list));
    const after = await api.inspect('changing.exr');
    expect(after.persistence).toMatchObject({ outcome: 'superseded', rows_updated: 1, inspection_count: 2 });
    expect(after.persistence?.rows_removed).toBe((before.persistence?.rows_added ?? 0) - 1);
    expect(after.file.header_hash).not.toBe(before.file.header_hash);
    const kept = await api.get<Inspected>(`/exr/files/${before.persistence?.id ?? ''}`);
    expect(kept.channels.map(({ name }) => name)).toEqual(['Y']);
    expect(await api.get('/exr/files?path_prefix=changing&channel=R')).toEqual([]);
  });

  it('makes one row of several inspections at once', async () => {
    await api.uploadAll(flow, { 'crowd/one.exr': renderedFrame(1) });
    const found = await Promise.all(Array.from({ length: 8 }, () => api.inspect('crowd/one.exr')));
    const outcomes = found.map(({ persistence }) => persistence?.outcome).sort();
    expect(outcomes).toEqual(['created', ...Array<string>(7).fill('unchanged')]);
    const counts = found.map(({ persistence }) => persistence?.inspection_count ?? 0);
    expect(counts.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await api.get('/exr/files?path_prefix=crowd/')).toHaveLength(1);
    const kept = await api.get<Inspected>(`/exr/files/${found[0]?.persistence?.id ?? ''}`);
    expect(kept.channels).toHaveLength(4);
  });

  it('reads a file by bucket and key too', async () => {
    await api.uploadAll(flow, { 'by-key.0001.exr': renderedFrame(1) });
    const { file } = await api.inspect('by-key.0001.exr');
    const found = await api.must<Inspected>('POST', '/exr/inspect', { bucket: file.bucket, key: file.key });
    expect(found.file).toMatchObject({ path: `s3://${file.bucket ?? ''}/${file.key ?? ''}`, size: file.size });
    expect(found.file.header_hash).toBe(file.header_hash);
  });

  it.each([
    [{ object_id: 'there-is-none.exr' }, 404, 'not_found'],
    [{ bucket: 'nowhere', key: 'a.exr' }, 404, 'not_found'],
    [{ bucket: 'local', key: '../secret.key' }, 404, 'not_found'],
    [{ bucket: 'local', key: 'none.exr' }, 404, 'not_found'],
    [{ bucket: 'local', key: '' }, 404, 'not_found'],
    [{ bucket: 'local', key: 'a\0b\ud800.exr' }, 404, 'not_found'],
    [{ bucket: 'local', key: 'long/'.repeat(2_000) }, 404, 'not_found'],
    [{ object_id: '\ud800\0' }, 404, 'not_found'],
    [{ bucket: 'local' }, 400, 'invalid_request'],
    [{ object_id: 7 }, 400, 'invalid_request'],
    [{ object_id: 'a', key: 'b' }, 400, 'invalid_request'],
    [{}, 400, 'invalid_request'],
    [[], 400, 'invalid_request'],
  ])('answers %j with %d', async (body, status, type) => {
    const answer = await api.send('POST', '/exr/inspect', body);
    expect([answer.status, typeOf(answer)], answer.text).toEqual([status, type]);
  });

  it('says of an object that is no EXR file what is wrong, and keeps nothing', async () => {
    await api.uploadAll(flow, { 'broken/text.exr': Buffer.from('hello'), 'broken/empty.exr': Buffer.alloc(0) });
    const answer = await api.send('POST', '/exr/inspect', { object_id: 'broken/text.exr' });
    expect([answer.status, typeOf(answer)]).toEqual([422, 'invalid_exr']);
    expect((answer.json as { summary: string }).summary).toMatch(/^(not_exr|truncated): .* \(at byte \d+\)$/);
    expect((await api.send('POST', '/exr/inspect', { object_id: 'broken/empty.exr' })).status).toBe(422);
    expect(await api.get('/exr/files?path_prefix=broken/')).toEqual([]);
  });

  it('says of an object that was not uploaded yet that it was not', async () => {
    await api.allocate(flow, { object_ids: ['not-yet.exr'] });
    const answer = await api.send('POST', '/exr/inspect', { object_id: 'not-yet.exr' });
    expect([answer.status, typeOf(answer)]).toEqual([404, 'not_found']);
    expect((answer.json as { summary: string }).summary).toContain('uploaded');
  });

  it('refuses an object whose bytes are not here', async () => {
    const video = await api.newFlow();
    const external = { object_id: 'elsewhere.exr', get_urls: [{ url: 'https://elsewhere.example/a.exr', label: 'x' }] };
    expect((await api.postSegments(video, { ...external, timerange: '[0:0_1:0)' })).status).toBe(201);
    const answer = await api.send('POST', '/exr/inspect', { object_id: 'elsewhere.exr' });
    expect([answer.status, typeOf(answer)]).toEqual([400, 'invalid_request']);
  });

  it('keeps what a hostile header says, as far as rows take it', async () => {
    const text = (name: string, value: Buffer) => attribute(name, 'string', value);
    const hostile = requiredAttributes(
      text('name', Buffer.from(`nul\0${'é'.repeat(3_000)}`)),
      text('software', Buffer.alloc(300_000, 'x')),
      text("a'; DROP TABLE exr_files; --", Buffer.from([0xff, 0xfe, 0])),
      attribute('blob', 'opaque', Buffer.alloc(500_000, 7)),
      attribute('odd', 'float', Buffer.from([0, 0, 0xc0, 0x7f])),
      ...Array.from({ length: 400 }, (_, index) => attribute(`short${index}`, 'int', Buffer.of(1))),
    );
    await api.uploadAll(flow, { 'hostile.exr': writeHeader({ parts: [hostile] }) });
    const found = await api.inspect('hostile.exr');
    expect(found.errors.length).toBeGreaterThanOrEqual(400);
    const kept = await api.get<Inspected>(`/exr/files/${found.persistence?.id ?? ''}`);
    const value = (name: string) => kept.attributes.find((each) => each.name === name)?.value;
    expect([value('software'), value('blob'), value('odd')]).toEqual([null, null, 'NaN']);
    expect(kept.errors).toHaveLength(201);
    expect(kept.attributes).toHaveLength(found.attributes.length);
  });

  it('keeps a megabyte of values of a file, and of the others that they are there', async () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      attribute(`note${index}`, 'string', Buffer.alloc(90_000, 'x')),
    );
    await api.uploadAll(flow, { 'wordy.exr': writeHeader({ parts: [requiredAttributes(...many)] }) });
    const found = await api.inspect('wordy.exr');
    const kept = await api.get<Inspected>(`/exr/files/${found.persistence?.id ?? ''}`);
    expect(kept.attributes).toHaveLength(found.attributes.length);
    expect(JSON.stringify(kept.attributes).length).toBeLessThan(1_100_000);
    expect(kept.attributes.filter(({ value }) => value === null).length).toBeGreaterThan(15);
  });
});

describe('POST /exr/inspect/upload', () => {
  it('reads the beginning of a file, and keeps nothing', async () => {
    const header = exrFixture('scanline-half-rgba.exr').subarray(0, 4_096);
    const answer = await api.sendBytes(header, '?name=uploaded.1001.exr', 'image/x-exr');
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toMatchObject({ file: { path: 'uploaded.1001.exr', frame_number: 1001 }, persistence: null });
    expect(await api.get('/exr/files?path_prefix=uploaded')).toEqual([]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another file', Buffer.from('%PDF-1.7 and so on')],
    ['half a header', exrFixture('scanline-half-rgba.exr').subarray(0, 100)],
    [
      'noise behind the magic number',
      Buffer.concat([Buffer.from([0x76, 0x2f, 0x31, 0x01]), Buffer.alloc(5_000, 0xff)]),
    ],
  ])('refuses %s', async (_what, bytes) => {
    const answer = await api.sendBytes(bytes);
    expect([answer.status, typeOf(answer)], answer.text).toEqual([422, 'invalid_exr']);
  });

  it('refuses what is too large, and other types', async () => {
    const large = await api.sendBytes(Buffer.alloc(17 * 1024 * 1024));
    expect([large.status, typeOf(large)]).toEqual([413, 'payload_too_large']);
    const json = await api.sendBytes(Buffer.from('{}'), '', 'application/json');
    expect([json.status, typeOf(json)]).toEqual([400, 'unsupported_media_type']);
  });
});
