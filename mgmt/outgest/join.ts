import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { Format } from '../../src/domain/format.ts';
import { fileUrl } from '../media/probe.ts';
import { runTool } from '../media/run-tool.ts';
import type { Downloaded } from './download.ts';
import type { TrackSummary } from './track-summary.ts';

/** Containers whose files can be joined by putting one after the other, and the names such files have. */
const APPENDABLE: Readonly<Record<string, readonly string[]>> = {
  'video/mp2t': ['.ts', '.mts', '.m2t', '.mpegts'],
  'audio/aac': ['.aac', '.adts'],
};

/** Whether the segments become the file by putting their bytes one after the other: nothing is read into them then. */
export function canAppend(tracks: readonly TrackSummary[], out: string): boolean {
  const [track] = tracks;
  if (track === undefined || tracks.length > 1) return false;
  const container = track.flow.container ?? '';
  // AAC files have no times that could jump.
  const goesOn = track.isContinuousMedia || container === 'audio/aac';
  return goesOn && (APPENDABLE[container]?.includes(extname(out).toLowerCase()) ?? false);
}

/**
 * Whether a track's segments have to be put one after the other before ffmpeg reads them: where pictures and sound are
 * wrapped up together, which of them begins first differs from segment to segment, and ffmpeg would shift each by it.
 * MPEG-TS and fragmented MP4 can be.
 */
export function isOneStream({ flow, isContinuousMedia }: TrackSummary): boolean {
  const isMuxed = flow.format === Format.multi;
  return isMuxed && isContinuousMedia && (flow.container === 'video/mp2t' || flow.container === 'video/mp4');
}

/** Writes the segments one after the other, and removes each when it is written. @returns the bytes. */
export async function append(segments: AsyncIterable<Downloaded>, out: string): Promise<number> {
  const output = await open(out, 'wx');
  let bytes = 0;
  try {
    for await (const segment of segments) {
      bytes += segment.bytes;
      await copyTo(output, segment.file);
      await rm(segment.file);
    }
    const { size } = await output.stat();
    if (size !== bytes) throw new Error(`${size} bytes were written of ${bytes}.`);
  } finally {
    await output.close();
  }
  return bytes;
}

async function copyTo(output: FileHandle, file: string): Promise<void> {
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) await output.appendFile(chunk);
}

/** A track on the disk, as ffmpeg reads it: one file, or a list of its segments. */
export interface RemuxInput {
  readonly file: string;
  readonly isList: boolean;
  readonly startNs: bigint;
}

/**
 * Writes ffmpeg's list of the segments as they arrive. @returns the bytes of all.
 *
 * Each lasts until the next one begins, so gaps stay; counted from the first in whole microseconds, so nothing drifts.
 */
export async function listForFfmpeg(segments: AsyncIterable<Downloaded>, list: string): Promise<number> {
  const output = await open(list, 'wx');
  let bytes = 0;
  let before: { startNs: bigint; from: bigint; to: bigint } | undefined;
  try {
    await output.write('ffconcat version 1.0\n');
    for await (const { file, bytes: own, from, to } of segments) {
      if (before !== undefined) await output.write(durationLine(before, from));
      await output.write(`file '${fileUrl(file).replaceAll("'", String.raw`'\''`)}'\n`);
      before = { startNs: before?.startNs ?? from, from, to };
      bytes += own;
    }
    if (before !== undefined) await output.write(durationLine(before, before.to));
  } finally {
    await output.close();
  }
  return bytes;
}

function durationLine({ startNs, from }: { startNs: bigint; from: bigint }, untilNs: bigint): string {
  return `duration ${(untilNs - startNs) / 1000n - (from - startNs) / 1000n}us\n`;
}

/** Joins the tracks into one file, of the format that its name says, without encoding anything anew. */
export async function remux(tracks: readonly RemuxInput[], out: string): Promise<void> {
  const startNs = tracks.reduce(
    (least, track) => (track.startNs < least ? track.startNs : least),
    tracks[0]?.startNs ?? 0n,
  );
  const inputs = tracks.flatMap((track) => [
    ...['-itsoffset', `${(track.startNs - startNs) / 1000n}us`],
    ...(track.isList ? ['-f', 'concat', '-safe', '0'] : []),
    ...['-i', fileUrl(track.file)],
  ]);
  const maps = tracks.flatMap((_, index) => ['-map', String(index)]);
  await runTool(
    'ffmpeg',
    ['-nostdin', '-n', ...inputs, ...maps, '-c', 'copy', '-strict', 'experimental', fileUrl(out)],
    () => undefined,
  );
}
