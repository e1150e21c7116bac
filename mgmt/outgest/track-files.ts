import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import { Format } from '../../src/tams/documents/format.ts';
import { fileUrl, probeBeginning } from '../../src/media/probing/probe.ts';
import { ContinuityCounters, WHOLE_PACKETS } from '../media/transport-stream.ts';
import type { FlowBody } from '../tams-client/types.ts';
import type { Downloaded } from './download.ts';

/** A track on the disk, as ffmpeg reads it: one file with times of its media, or a list of files that begins at 0. */
export interface RemuxInput {
  readonly file: string;
  readonly isList: boolean;
  /** Offset of its times on the timeline. */
  readonly offsetNs: bigint;
  /** When its first frame is shown on the timeline. */
  readonly beginNs: bigint;
}

/** A stretch of a track in one file. */
interface Run {
  readonly file: string;
  readonly offsetNs: bigint;
  readonly beginNs: bigint;
}

/**
 * Gathers a track for ffmpeg, in as few files as can be. ffmpeg guesses when each file begins, and a wrong guess shifts the
 * file: in segments of pictures and sound together either may begin first, and pictures of open groups are shown before
 * the one that comes first. So segments whose times go on are put one after the other where their container allows that.
 */
export async function gatherTrack(
  segments: AsyncIterable<Downloaded>,
  flow: FlowBody,
  path: string,
): Promise<{ input: RemuxInput; bytes: number }> {
  const { runs, bytes } = await (canBePutTogether(flow)
    ? putTogether(segments, path, isTransportStream(flow))
    : oneByOne(segments));
  const [first, ...more] = runs;
  if (first === undefined) throw new Error(`The segments of ${flow.id} are gone.`);
  if (more.length === 0) return { input: { ...first, isList: false }, bytes };
  await writeFile(path, listOf(runs));
  return { input: { file: path, isList: true, offsetNs: first.beginNs, beginNs: first.beginNs }, bytes };
}

/** MPEG-TS can be, and MP4 if it is fragmented, which it is where tracks are wrapped up together. */
const canBePutTogether = ({ format, container }: FlowBody): boolean =>
  isTransportStream({ container }) || (format === Format.multi && container === 'video/mp4');

export const isTransportStream = ({ container }: Pick<FlowBody, 'container'>): boolean => container === 'video/mp2t';

async function oneByOne(segments: AsyncIterable<Downloaded>): Promise<{ runs: Run[]; bytes: number }> {
  const runs: Run[] = [];
  let bytes = 0;
  for await (const { file, from, offsetNs, bytes: own } of segments) {
    runs.push({ file, offsetNs, beginNs: from });
    bytes += own;
  }
  return { runs, bytes };
}

async function putTogether(
  segments: AsyncIterable<Downloaded>,
  path: string,
  isTransportStream: boolean,
): Promise<{ runs: Run[]; bytes: number }> {
  const files: { file: string; offsetNs: bigint }[] = [];
  let bytes = 0;
  const counters = new ContinuityCounters();
  let output: FileHandle | undefined;
  try {
    for await (const segment of segments) {
      if (output === undefined || files.at(-1)?.offsetNs !== segment.offsetNs) {
        await output?.close();
        const file = `${path}-${files.length}`;
        output = await open(file, 'wx');
        files.push({ file, offsetNs: segment.offsetNs });
      }
      await appendTo(output, segment, isTransportStream ? counters : undefined);
      bytes += segment.bytes;
    }
  } finally {
    await output?.close();
  }
  const runs: Run[] = [];
  // Sound may begin before the pictures, which segments go by where both are wrapped up together.
  for (const run of files) runs.push({ ...run, beginNs: run.offsetNs + (await probeBeginning(run.file)) });
  return { runs, bytes };
}

/** Moves the bytes of a segment to the end of a file; with `counters`, as a part of one transport stream. */
export async function appendTo(
  output: FileHandle,
  { file }: Downloaded,
  counters: ContinuityCounters | undefined,
): Promise<void> {
  counters?.begin();
  const input = createReadStream(file, { highWaterMark: WHOLE_PACKETS });
  for await (const chunk of input as AsyncIterable<Buffer>) {
    counters?.rewrite(chunk);
    await output.appendFile(chunk);
  }
  await rm(file);
}

/** Each lasts until the next one begins, so gaps stay; counted from the first in whole microseconds, so nothing drifts. */
function listOf(runs: readonly Run[]): string {
  const firstNs = runs[0]?.beginNs ?? 0n;
  const lines = runs.flatMap(({ file, beginNs }, index) => {
    const next = runs[index + 1];
    const line = `file '${fileUrl(file).replaceAll("'", String.raw`'\''`)}'`;
    if (next === undefined) return [line];
    return [line, `duration ${(next.beginNs - firstNs) / 1000n - (beginNs - firstNs) / 1000n}us`];
  });
  return ['ffconcat version 1.0', ...lines, ''].join('\n');
}
