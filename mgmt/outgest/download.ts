import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseTimestamp } from '../../src/shared/time/timestamp.ts';
import type { TamsClient } from '../tams-client/tams-client.ts';
import type { ListedSegment } from '../tams-client/types.ts';
import { boundsOf } from './track-summary.ts';

/** A segment whose object is on the disk. */
export interface Downloaded {
  readonly file: string;
  readonly bytes: number;
  readonly from: bigint;
  readonly to: bigint;
  /** Offset of the times in the media (`ts_offset`). */
  readonly offsetNs: bigint;
}

/** Downloads the objects of a flow's segments into a folder, so many at a time, and yields them in order of time. */
export function downloadSegments(
  client: TamsClient,
  flowId: string,
  timerange: string,
  folder: string,
  parallel: number,
): AsyncGenerator<Downloaded> {
  let number = 0;
  const inits = new Map<string, Promise<Buffer>>();
  return inOrder(client.segments(flowId, timerange), parallel, async (segment) => {
    const file = join(folder, `${flowId}-${String(number++).padStart(8, '0')}`);
    const init = await initOf(client, segment, inits);
    const bytes = await downloadObject(client, segment, file, init);
    return { file, bytes, offsetNs: parseTimestamp(segment.ts_offset ?? '0:0'), ...boundsOf(segment) };
  });
}

/** The initialisation segment that the media object needs before it; segments of a flow share few of them. */
function initOf(
  client: TamsClient,
  { init_object: init, timerange }: ListedSegment,
  known: Map<string, Promise<Buffer>>,
): Promise<Buffer> | undefined {
  if (init === undefined) return undefined;
  const bytes =
    known.get(init.object_id) ??
    fromAny(client, init.get_urls, `The initialisation segment of ${timerange}`, async (response) =>
      Buffer.from(await response.arrayBuffer()),
    );
  known.set(init.object_id, bytes);
  return bytes;
}

const downloadObject = (
  client: TamsClient,
  { get_urls: urls, timerange }: ListedSegment,
  file: string,
  init: Buffer | undefined,
): Promise<number> => fromAny(client, urls, `The segment ${timerange}`, (response) => save(response, file, init));

/** From the first URL that works: clients may treat them as identical (TAMS, `get_urls`). */
async function fromAny<T>(
  client: TamsClient,
  urls: ListedSegment['get_urls'] = [],
  subject: string,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const failures: string[] = [];
  for (const { url } of urls) {
    try {
      return await client.download(url, read);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`${subject} cannot be downloaded: ${failures.join('; ') || 'it has no URL'}.`);
}

/** @returns the size, which is the one that was announced, and that of what comes before. */
async function save(response: Response, file: string, before: Buffer = Buffer.alloc(0)): Promise<number> {
  if (response.body === null) throw new TypeError('the answer has no body');
  await writeFile(file, before);
  const output = createWriteStream(file, { flags: 'a' });
  await pipeline(Readable.fromWeb(response.body), output);
  const announced = response.headers.get('content-length');
  // As a connection that broke would: the download is tried again.
  if (announced !== null && Number(announced) !== output.bytesWritten) {
    throw new TypeError(`${output.bytesWritten} bytes arrived of ${announced}`);
  }
  return before.length + output.bytesWritten;
}

/**
 * Does `work` on all items, so many at a time, and yields the results in the order of the items. No more than that many
 * results wait for their turn, so a slow consumer holds up the work, and not the memory.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  parallel: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // It is awaited in its turn; until then its failure is not one that nobody looks at.
      result.catch(() => undefined);
      running.push(result);
      if (running.length >= parallel) yield await next(running);
    }
    while (running.length > 0) yield await next(running);
  } finally {
    // Running work still writes its file: the caller may remove the folder only afterwards.
    await Promise.allSettled(running);
  }
}

function next<Result>(running: Promise<Result>[]): Promise<Result> {
  const first = running.shift();
  if (first === undefined) throw new RangeError('Nothing is running.');
  return first;
}
