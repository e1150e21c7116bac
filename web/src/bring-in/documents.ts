import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { formatTimestamp } from '../../../src/shared/time/timestamp.ts';
import type { Cut } from './cut.ts';
import type { FileHandle, Journal, TrackJournal } from './journal.ts';
import type { MediaFile, MediaTrack } from './media-file.ts';
import type { FlowDocument, SegmentDocument } from './tams-documents.ts';
import { secondsToTicks, ticksToNs } from './ticks.ts';
import { randomUuid } from './uuid.ts';

/** Segments end at the first key frame after so long. */
export const SEGMENT_SECONDS = 4n;

const FORMAT = 'urn:x-nmos:format:';

/** Plans the flows of a file: one for each track, and one that collects them where there are several; as `mgmt ingest` does. */
export function beginJournal(media: MediaFile, label: string, server: string, handle?: FileHandle): Journal {
  const { tracks } = media;
  const isWhole = tracks.length === 1;
  const flows: FlowDocument[] = tracks.map((track) => ({
    id: randomUuid(),
    source_id: randomUuid(),
    label: isWhole ? label : `${label}, ${trackName(track)}`,
    format: FORMAT + track.kind,
    status: 'ingesting',
    codec: track.codec,
    container: 'video/mp4',
    segment_duration: { numerator: Number(SEGMENT_SECONDS), denominator: 1 },
    essence_parameters: track.essence,
  }));
  const collection = {
    id: randomUuid(),
    source_id: randomUuid(),
    label,
    format: `${FORMAT}multi`,
    status: 'ingesting' as const,
    flow_collection: flows.map(({ id }, index) => ({ id, role: tracks[index]?.name ?? '' })),
  };
  return {
    id: randomUuid(),
    file: media.identity,
    server,
    startedAt: Date.now(),
    shiftSeconds: shiftOf(tracks),
    flows: isWhole ? flows : [...flows, collection],
    tracks: tracks.map(({ name, startNs }, index) => ({
      name,
      flowId: flows[index]?.id ?? '',
      doneNs: startNs,
      bytes: 0,
      maxBitRate: 0,
      uploaded: [],
    })),
    areFlowsMade: false,
    isDone: false,
    ...(handle !== undefined && { handle }),
  };
}

const trackName = ({ name, notes }: MediaTrack): string =>
  notes.length === 0 ? name : `${name} (${notes.join(', ')})`;

/** Whole seconds, which are exact in ticks of any track; added to all so that no time of decoding is negative. */
function shiftOf(tracks: readonly MediaTrack[]): bigint {
  return tracks.reduce((shift, { startNs, delayTicks, timescale }) => {
    const decodedNs = startNs - ticksToNs(delayTicks, timescale);
    const needed = decodedNs >= 0n ? 0n : (-decodedNs + 999_999_999n) / 1_000_000_000n;
    return needed > shift ? needed : shift;
  }, 0n);
}

/** The registration of a segment; its place on the timeline is the file's own time. */
export function segmentDocument(
  { kind, timescale, frameSize, isCoarse }: MediaTrack,
  { packets, startTicks, endTicks }: Cut,
  objects: { readonly objectId: string; readonly initObjectId: string },
  shiftSeconds: bigint,
): SegmentDocument {
  const common = {
    object_id: objects.objectId,
    init_object_id: objects.initObjectId,
    timerange: TimeRange.fromNs(ticksToNs(startTicks, timescale), ticksToNs(endTicks, timescale)).toString(),
    ts_offset: formatTimestamp(-shiftSeconds * 1_000_000_000n),
  };
  if (kind === 'audio') {
    const samples = isCoarse ? frameSize && frameSize * packets.length : Number(endTicks - startTicks);
    return samples === undefined ? common : { ...common, sample_count: samples };
  }
  const latest = packets.reduce((late, { timestamp }) => Math.max(late, timestamp), -Infinity);
  const lastTicks = endTicks - secondsToTicks(latest, timescale);
  return {
    ...common,
    last_duration: formatTimestamp(ticksToNs(lastTicks, timescale)),
    sample_count: packets.length,
    key_frame_count: packets.filter(({ type }) => type === 'key').length,
  };
}

/** The flows once all is there: their bit rates are known then (kbit/s; TAMS, AppNote 0013). */
export function closedFlow(flow: FlowDocument, track: TrackJournal | undefined, startNs: bigint): FlowDocument {
  const closed: FlowDocument = { ...flow, status: 'closed_complete' };
  if (track === undefined) return closed;
  const lastedNs = track.doneNs - startNs;
  if (lastedNs <= 0n) return closed;
  const average = Number((BigInt(track.bytes) * 8_000_000n) / lastedNs);
  return { ...closed, avg_bit_rate: average, max_bit_rate: Math.max(average, track.maxBitRate) };
}
