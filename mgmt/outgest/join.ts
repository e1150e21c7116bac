import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileUrl } from '../../src/media/probing/probe.ts';
import { runTool, ToolFailure } from '../../src/media/probing/run-tool.ts';
import { least } from '../../src/media/probing/ticks.ts';
import { ContinuityCounters } from '../media/transport-stream.ts';
import type { FlowBody } from '../tams-client/types.ts';
import type { Downloaded } from './download.ts';
import { appendTo, isTransportStream, type RemuxInput } from './track-files.ts';
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

/** Writes the segments one after the other, and removes each when it is written. @returns the bytes. */
export async function append(segments: AsyncIterable<Downloaded>, flow: FlowBody, out: string): Promise<number> {
  const counters = isTransportStream(flow) ? new ContinuityCounters() : undefined;
  const output = await open(out, 'wx');
  let bytes = 0;
  try {
    for await (const segment of segments) {
      bytes += segment.bytes;
      await appendTo(output, segment, counters);
    }
    const { size } = await output.stat();
    if (size !== bytes) throw new Error(`${size} bytes were written of ${bytes}.`);
  } finally {
    await output.close();
  }
  return bytes;
}

/** Joins the tracks into one file, of the format that its name says, without encoding anything anew. */
export async function remux(tracks: readonly RemuxInput[], out: string): Promise<void> {
  const startNs = least(tracks.map(({ beginNs }) => beginNs));
  const inputs = tracks.flatMap((track) => [
    ...['-itsoffset', `${(track.offsetNs - startNs) / 1000n}us`],
    ...(track.isList ? ['-f', 'concat', '-safe', '0'] : []),
    ...['-i', fileUrl(track.file)],
  ]);
  // Not every container takes the other streams of a segment, such as a time code.
  const maps = tracks.flatMap((_, index) => ['-map', `${index}:v?`, '-map', `${index}:a?`]);
  // Else ffmpeg would move each track to where it thinks that it begins, and close gaps of more than 10 s.
  const args = ['-nostdin', '-n', '-copyts', ...inputs, ...maps, '-c', 'copy', '-copyinkf', '-strict', 'experimental'];
  try {
    await runTool('ffmpeg', [...args, fileUrl(out)]);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const kind = extname(out) || 'without an extension';
    throw new Error(`The tracks cannot become a file ${kind} (${error.reason}); .mov and .mkv take most.`, {
      cause: error,
    });
  }
}
