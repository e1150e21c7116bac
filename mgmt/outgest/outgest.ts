import { open, rename } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isThere, withDraft } from '../folders.ts';
import type { Progress } from '../progress.ts';
import type { TamsClient } from '../tams-client/tams-client.ts';
import { type Downloaded, downloadSegments } from './download.ts';
import { appendTo, gatherTrack, isTransportStream, type RemuxInput } from './track-files.ts';
import { summarizeTrack, type TrackSummary } from './track-summary.ts';
import { fileUrl } from '../../src/media/probing/probe.ts';
import { runTool, ToolFailure } from '../../src/media/probing/run-tool.ts';
import { least } from '../../src/media/probing/ticks.ts';
import { ContinuityCounters } from '../media/transport-stream.ts';
import type { FlowBody } from '../tams-client/types.ts';

interface OutgestRequest {
  readonly flowId: string;
  readonly timerange: string;
  readonly out: string;
  readonly parallel: number;
}

interface Outgested {
  readonly tracks: readonly TrackSummary[];
  readonly bytes: number;
}

/**
 * Makes one file of the segments that have a part in the range, each as a whole. A flow that only collects others
 * becomes a file of all of those that have segments. The file appears when it is complete.
 *
 * @throws if there is a file of that name, or nothing in the range.
 */
export async function outgest(client: TamsClient, request: OutgestRequest, progress: Progress): Promise<Outgested> {
  const { flowId, timerange, out, parallel } = request;
  if (await isThere(out)) throw new Error(`${out} is there already, and is left alone.`);
  const tracks = await findTracks(client, flowId, timerange);
  progress.start(
    'segments',
    tracks.reduce((sum, { parts }) => sum + parts.length, 0),
  );
  return withDraft(`${out}.tams-outgest-`, async (folder) => {
    const downloaded = ({ flow }: TrackSummary): AsyncGenerator<Downloaded> =>
      counted(downloadSegments(client, flow.id, timerange, folder, parallel), progress);
    const joined = join(folder, `joined${extname(out)}`);
    let bytes = 0;
    const [first] = tracks;
    if (first !== undefined && canAppend(tracks, out)) {
      bytes = await append(downloaded(first), first.flow, joined);
    } else {
      const inputs: RemuxInput[] = [];
      for (const [index, track] of tracks.entries()) {
        const gathered = await gatherTrack(downloaded(track), track.flow, join(folder, `track-${index}`));
        inputs.push(gathered.input);
        bytes += gathered.bytes;
      }
      await remux(inputs, joined);
    }
    await rename(joined, out);
    return { tracks, bytes };
  });
}

async function findTracks(client: TamsClient, flowId: string, timerange: string): Promise<TrackSummary[]> {
  const flow = await client.flow(flowId);
  if (flow === undefined) throw new Error(`There is no flow ${flowId}.`);
  const own = await summarizeTrack(client, flow, timerange);
  if (own !== undefined) return [own];
  const tracks: TrackSummary[] = [];
  for (const { id } of flow.flow_collection ?? []) {
    const member = await client.flow(id);
    const track = member && (await summarizeTrack(client, member, timerange));
    if (track !== undefined) tracks.push(track);
  }
  if (tracks.length === 0) throw new Error(`The flow ${flowId} has no segments in ${timerange}.`);
  return tracks;
}

async function* counted(segments: AsyncIterable<Downloaded>, progress: Progress): AsyncGenerator<Downloaded> {
  for await (const segment of segments) {
    progress.advance(1);
    yield segment;
  }
}

/** Containers whose files can be joined by putting one after the other, and the names such files have. */
const APPENDABLE: Readonly<Record<string, readonly string[]>> = {
  'video/mp2t': ['.ts', '.mts', '.m2t', '.mpegts'],
  'audio/aac': ['.aac', '.adts'],
};

/** Whether the segments become the file by putting their bytes one after the other: nothing is read into them then. */
function canAppend(tracks: readonly TrackSummary[], out: string): boolean {
  const [track] = tracks;
  if (track === undefined || tracks.length > 1) return false;
  const container = track.flow.container ?? '';
  // AAC files have no times that could jump.
  const goesOn = track.isContinuousMedia || container === 'audio/aac';
  return goesOn && (APPENDABLE[container]?.includes(extname(out).toLowerCase()) ?? false);
}

/** Writes the segments one after the other, and removes each when it is written. @returns the bytes. */
async function append(segments: AsyncIterable<Downloaded>, flow: FlowBody, out: string): Promise<number> {
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
async function remux(tracks: readonly RemuxInput[], out: string): Promise<void> {
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
