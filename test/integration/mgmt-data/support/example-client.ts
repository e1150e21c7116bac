import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { TimeRange } from '../../../../src/shared/time/timerange.ts';
import { formatTimestamp, parseTimestamp } from '../../../../src/shared/time/timestamp.ts';
import { call, type CallResult, nextLink } from '../../../support/http-client.ts';
import type { AllocatedObject, Segment } from '../../../support/tams-client.ts';

const run = promisify(execFile);

/** The times at which the media of a file begin and end, by its packets. */
async function timesOf(file: string): Promise<TimeRange> {
  const args = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts,duration', '-of', 'json', file];
  const { packets } = JSON.parse((await run('ffprobe', args)).stdout) as {
    packets: { pts: number; duration: number }[];
  };
  const ns = (ticks: number): bigint => (BigInt(ticks) * 1_000_000_000n) / 90_000n;
  const ends = packets.map(({ pts, duration }) => pts + duration);
  return TimeRange.fromNs(ns(Math.min(...packets.map(({ pts }) => pts))), ns(Math.max(...ends)));
}

/** Calls the API in the order in which BBC's example scripts do: ingest of HLS, outgest, simple edit. */
export class ExampleClient {
  readonly #baseUrl: string;
  readonly #token: string;

  constructor(baseUrl: string, token: string) {
    this.#baseUrl = baseUrl;
    this.#token = token;
  }

  async #must(method: string, path: string, json?: unknown): Promise<CallResult> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const result = await call(this.#baseUrl, method, path, { headers, ...(json !== undefined && { json }) });
    if (result.status >= 300) throw new Error(`${method} ${path} answered ${result.status}: ${result.text}`);
    return result;
  }

  async get<Body>(path: string): Promise<Body> {
    return (await this.#must('GET', path)).json as Body;
  }

  /** Makes a flow. @returns its id. */
  async #putFlow(label: string): Promise<string> {
    const id = randomUUID();
    await this.#must('PUT', `/flows/${id}`, {
      id,
      source_id: randomUUID(),
      label,
      description: 'Made by hand',
      format: 'urn:x-nmos:format:video',
      codec: 'video/h264',
      container: 'video/mp2t',
      essence_parameters: { frame_rate: { numerator: 30, denominator: 1 }, frame_width: 320, frame_height: 180 },
    });
    return id;
  }

  /** Ingests files as they are, at the times of their media. @returns the id of their flow. */
  async ingest(label: string, files: readonly string[]): Promise<string> {
    const flow = await this.#putFlow(label);
    const storage = await this.#must('POST', `/flows/${flow}/storage`, { limit: files.length });
    const { media_objects: objects } = storage.json as { media_objects: AllocatedObject[] };
    for (const [index, file] of files.entries()) {
      const object = objects[index];
      if (object === undefined) throw new Error('fewer objects were allocated than asked for');
      const headers = { 'content-type': object.put_url['content-type'] ?? '' };
      const { status } = await fetch(object.put_url.url, { method: 'PUT', headers, body: await readFile(file) });
      if (status !== 200) throw new Error(`the upload was answered with ${status}`);
      const timerange = (await timesOf(file)).toString();
      await this.#must('POST', `/flows/${flow}/segments`, { object_id: object.object_id, timerange, ts_offset: '0:0' });
    }
    return flow;
  }

  /** All segments, in pages of two. */
  async segments(flow: string): Promise<Segment[]> {
    const segments: Segment[] = [];
    let next: string | undefined = `/flows/${flow}/segments?timerange=_&limit=2`;
    while (next !== undefined) {
      const page: CallResult = await this.#must('GET', next);
      segments.push(...(page.json as Segment[]));
      next = nextLink(page.headers);
    }
    return segments;
  }

  /** Makes a flow of the first two segments of one flow, where they are, and those of another behind them. */
  async edit(first: string, second: string): Promise<string> {
    const flow = await this.#putFlow('An edit');
    let endNs: bigint | null = null;
    for (const { object_id, timerange } of (await this.segments(first)).slice(0, 2)) {
      await this.#must('POST', `/flows/${flow}/segments`, { object_id, timerange });
      endNs = TimeRange.parse(timerange).endNs;
    }
    for (const { object_id, timerange, ts_offset } of (await this.segments(second)).slice(0, 2)) {
      const { startNs, endNs: oldEndNs } = TimeRange.parse(timerange);
      if (endNs === null || startNs === null || oldEndNs === null) throw new Error('a range is open');
      if (ts_offset === undefined) throw new Error('a segment does not show its ts_offset');
      const shiftNs = endNs - startNs;
      await this.#must('POST', `/flows/${flow}/segments`, {
        object_id,
        timerange: TimeRange.fromNs(endNs, oldEndNs + shiftNs).toString(),
        ts_offset: formatTimestamp(parseTimestamp(ts_offset) + shiftNs),
      });
      endNs = oldEndNs + shiftNs;
    }
    return flow;
  }
}

/** The bytes of segments, one after the other, from the first of their URLs. */
export async function download(segments: readonly Segment[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const { get_urls: urls } of segments) {
    const response = await fetch(urls[0]?.url ?? '');
    if (response.status !== 200) throw new Error(`the download was answered with ${response.status}`);
    parts.push(Buffer.from(await response.arrayBuffer()));
  }
  return Buffer.concat(parts);
}
