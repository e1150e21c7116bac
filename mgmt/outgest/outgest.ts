import { rename } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isThere, withDraft } from '../folders.ts';
import type { Progress } from '../progress.ts';
import type { TamsClient } from '../tams-client/tams-client.ts';
import { type Downloaded, downloadSegments } from './download.ts';
import { append, canAppend, remux } from './join.ts';
import { gatherTrack, type RemuxInput } from './track-files.ts';
import { summarizeTrack, type TrackSummary } from './track-summary.ts';

export interface OutgestRequest {
  readonly flowId: string;
  readonly timerange: string;
  readonly out: string;
  readonly parallel: number;
}

export interface Outgested {
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
