import { texts } from '../texts/bring-in.ts';
import { type Cut, cutTrack } from './cut.ts';
import { closedFlow, SEGMENT_SECONDS } from './documents.ts';
import type { Journal } from './journal.ts';
import { type MediaFile, UnreadableFile } from './media-file.ts';
import { withRetries } from './retry.ts';
import type { Store } from './store.ts';
import { ticksToNs } from './ticks.ts';
import { TrackUpload } from './track-upload.ts';

/** Segments that are in memory at a time, of all tracks of a file. */
const PARALLEL = 4;

export interface TransferHooks {
  /** Keeps the journal; a run that ends at any time goes on from what was kept last. */
  readonly save: (journal: Journal) => Promise<void>;
  /** Bytes of a segment are in the store, or a segment is registered. */
  readonly onProgress: (uploadedBytes: number) => void;
}

/**
 * Brings a file in, from where its journal is: makes the flows, cuts, uploads, registers. Tracks go on in step, so that
 * the file is read once from its beginning to its end.
 *
 * @throws what stops it: the signal's reason, UnreadableFile, UploadRefused, or the API's own error.
 */
export async function transfer(
  journal: Journal,
  media: MediaFile,
  store: Store,
  { save, onProgress }: TransferHooks,
  signal: AbortSignal,
): Promise<void> {
  if (!journal.areFlowsMade) {
    for (const flow of journal.flows) await withRetries(signal, () => store.putFlow(flow, signal));
    journal.areFlowsMade = true;
    await save(journal);
  }
  // The first failure stops the other parts, too.
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const uploads = journal.tracks.map((track) => {
    const own = media.tracks.find(({ name }) => name === track.name);
    if (own === undefined) throw new UnreadableFile(texts.changed(media.identity.name));
    return new TrackUpload(track, own, store, journal.shiftSeconds, both, () => save(journal), onProgress);
  });
  for (const upload of uploads) await upload.lookForRegistered();
  const running = new Set<Promise<void>>();
  try {
    for await (const { upload, cut } of inStep(media.identity.name, uploads)) {
      both.throwIfAborted();
      if (running.size >= PARALLEL) await Promise.race(running);
      const part = upload.bringIn(cut);
      running.add(part);
      part.then(
        () => running.delete(part),
        (error: unknown) => stop.abort(error),
      );
    }
    await Promise.all(running);
    for (const upload of uploads) await upload.finish();
  } finally {
    stop.abort();
    await Promise.allSettled(running);
  }
  for (const flow of journal.flows) {
    const track = journal.tracks.find(({ flowId }) => flowId === flow.id);
    const { startNs = 0n } = media.tracks.find(({ name }) => name === track?.name) ?? {};
    // Labels and tags may have been edited meanwhile: the flow is closed as it is now.
    await withRetries(signal, async () => {
      const present = await store.flow(flow.id, signal);
      await store.putFlow(closedFlow(present, track, startNs), signal);
    });
  }
  journal.isDone = true;
  await save(journal);
}

interface Next {
  readonly upload: TrackUpload;
  readonly cuts: AsyncGenerator<Cut>;
  readonly cut: Cut;
}

/** The segments of all tracks, the earliest first. */
async function* inStep(file: string, uploads: readonly TrackUpload[]): AsyncGenerator<Next> {
  const waiting: Next[] = [];
  const advance = async (upload: TrackUpload, cuts: AsyncGenerator<Cut>): Promise<void> => {
    const next = await cuts.next();
    if (next.done !== true) waiting.push({ upload, cuts, cut: next.value });
  };
  for (const upload of uploads) {
    const { track, journal } = upload;
    await advance(upload, cutTrack(file, track, SEGMENT_SECONDS * track.timescale, journal.last));
  }
  const startOf = ({ upload, cut }: Next): bigint => ticksToNs(cut.startTicks, upload.track.timescale);
  while (waiting.length > 0) {
    const next = waiting.reduce((first, each) => (startOf(each) < startOf(first) ? each : first));
    waiting.splice(waiting.indexOf(next), 1);
    yield next;
    await advance(next.upload, next.cuts);
  }
}

/** The part of the file that is on the timeline, from 0 to 1. */
export function doneOf(journal: Journal, media: MediaFile): number {
  let [done, all] = [0, 0];
  for (const { name, startNs, endNs } of media.tracks) {
    all += Number(endNs - startNs);
    done += Number((journal.tracks.find((track) => track.name === name)?.doneNs ?? startNs) - startNs);
  }
  return all === 0 ? 0 : Math.min(1, done / all);
}
