import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseTimestamp } from '../../src/shared/time/timestamp.ts';
import type { TamsClient } from '../tams-client/tams-client.ts';
import type { ListedSegment } from '../tams-client/types.ts';
import { inOrder } from './in-order.ts';
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
  return inOrder(client.segments(flowId, timerange), parallel, async (segment) => {
    const file = join(folder, `${flowId}-${String(number++).padStart(8, '0')}`);
    const bytes = await downloadObject(client, segment, file);
    return { file, bytes, offsetNs: parseTimestamp(segment.ts_offset ?? '0:0'), ...boundsOf(segment) };
  });
}

/** From the first URL that works: clients may treat them as identical (TAMS 7.0, `get_urls`). */
async function downloadObject(client: TamsClient, { get_urls: urls = [], timerange }: ListedSegment, file: string) {
  const failures: string[] = [];
  for (const { url } of urls) {
    try {
      return await client.download(url, (response) => save(response, file));
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`The segment ${timerange} cannot be downloaded: ${failures.join('; ') || 'it has no URL'}.`);
}

/** @returns the size, which is the one that was announced. */
async function save(response: Response, file: string): Promise<number> {
  if (response.body === null) throw new TypeError('the answer has no body');
  const output = createWriteStream(file);
  await pipeline(Readable.fromWeb(response.body), output);
  const announced = response.headers.get('content-length');
  // As a connection that broke would: the download is tried again.
  if (announced !== null && Number(announced) !== output.bytesWritten) {
    throw new TypeError(`${output.bytesWritten} bytes arrived of ${announced}`);
  }
  return output.bytesWritten;
}
