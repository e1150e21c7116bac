import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { texts } from '../texts/bring-in.ts';
import type { Cut } from './cut.ts';
import { segmentDocument } from './documents.ts';
import { fragmentOf } from './fragment.ts';
import type { TrackJournal, UploadedSegment } from './journal.ts';
import type { MediaTrack } from './media-file.ts';
import { withRetries } from './retry.ts';
import type { AllocatedObject, Store } from './store.ts';

/** Objects that are allocated at a time. */
const ALLOCATED = 8;
/** The server keeps an object that nothing uses for five minutes at least (TAMS 8.2, `min_object_timeout`). */
const UNUSED_MAX_MS = 4 * 60_000;

/** Uploads and registers the segments of one track; several at a time, registered in order and in batches. */
export class TrackUpload {
  readonly journal: TrackJournal;
  readonly track: MediaTrack;
  readonly #store: Store;
  readonly #shiftSeconds: bigint;
  readonly #signal: AbortSignal;
  readonly #save: () => Promise<void>;
  readonly #onProgress: (uploadedBytes: number) => void;
  /** By the number of the segment. */
  readonly #uploaded = new Map<number, UploadedSegment>();
  readonly #pool: AllocatedObject[] = [];
  #init: Promise<string> | undefined;
  #isRegistering = false;

  constructor(
    journal: TrackJournal,
    track: MediaTrack,
    store: Store,
    shiftSeconds: bigint,
    signal: AbortSignal,
    save: () => Promise<void>,
    onProgress: (uploadedBytes: number) => void,
  ) {
    this.journal = journal;
    this.track = track;
    this.#store = store;
    this.#shiftSeconds = shiftSeconds;
    this.#signal = signal;
    this.#save = save;
    this.#onProgress = onProgress;
  }

  /** Takes up what an earlier run left: it may have ended before it knew that its segments are registered. */
  async lookForRegistered(): Promise<void> {
    const { journal } = this;
    const isFresh = ({ at }: { readonly at: number }): boolean => Date.now() - at < UNUSED_MAX_MS;
    if (journal.uploaded.length > 0) {
      const registered = await this.#registeredOf(journal.uploaded);
      for (const segment of journal.uploaded) {
        if (registered.has(segment.body.timerange) || isFresh(segment)) {
          this.#uploaded.set(segment.point.index, segment);
        }
      }
      await this.#registerReady(registered);
    }
    const isInitUsed = journal.last !== undefined;
    if (journal.init !== undefined && !isInitUsed && !isFresh(journal.init)) {
      delete journal.init;
      this.#uploaded.clear();
      this.#keepUploaded();
    }
  }

  /** Brings a segment in, unless an earlier run has. Its bytes are let go of once they are uploaded. */
  async bringIn(cut: Cut): Promise<void> {
    const { index } = cut.point;
    if (index < this.#next) return;
    if (!this.#uploaded.has(index)) {
      const { init, media } = await fragmentOf(this.track, cut, this.#shiftSeconds * this.track.timescale);
      this.#init ??= this.#uploadInit(init);
      const initObjectId = await this.#init;
      const objectId = await this.#upload(media);
      const body = segmentDocument(this.track, cut, { objectId, initObjectId }, this.#shiftSeconds);
      this.#uploaded.set(index, { point: cut.point, body, bytes: media.length, at: Date.now() });
      this.#keepUploaded();
      await this.#save();
      this.#onProgress(media.length);
    }
    await this.#registerReady();
  }

  /** @throws where a part is missing, which would be a defect */
  async finish(): Promise<void> {
    await this.#registerReady();
    if (this.#uploaded.size > 0) throw new Error(texts.notRegistered(this.journal.name, this.#uploaded.size));
  }

  get #next(): number {
    return (this.journal.last?.index ?? -1) + 1;
  }

  async #uploadInit(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    if (this.journal.init !== undefined) return this.journal.init.objectId;
    const objectId = await this.#upload(bytes);
    this.journal.init = { objectId, at: Date.now() };
    await this.#save();
    return objectId;
  }

  /** A failed upload is repeated with an object of its own: a signed URL may have expired. */
  #upload(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    return withRetries(this.#signal, async (attempt) => {
      if (attempt > 1) this.#pool.length = 0;
      if (this.#pool.length === 0) {
        const wanted = attempt > 1 ? 1 : ALLOCATED;
        this.#pool.push(...(await this.#store.allocate(this.journal.flowId, wanted, this.#signal)));
      }
      const object = this.#pool.shift();
      if (object === undefined) throw new Error(texts.nothingAllocated);
      await this.#store.upload(object, bytes, this.#signal);
      return object.objectId;
    });
  }

  /** Registers all that come next and are uploaded; what comes while it waits is in the next batch. */
  async #registerReady(registered: ReadonlySet<string> = new Set()): Promise<void> {
    if (this.#isRegistering) return;
    this.#isRegistering = true;
    try {
      for (let ready = this.#ready(); ready.length > 0; ready = this.#ready()) {
        const missing = ready.filter(({ body }) => !registered.has(body.timerange));
        if (missing.length > 0) await this.#register(missing);
        for (const segment of ready) this.#settle(segment);
        this.#keepUploaded();
        await this.#save();
        this.#onProgress(0);
      }
    } finally {
      this.#isRegistering = false;
    }
  }

  #ready(): readonly UploadedSegment[] {
    const ready: UploadedSegment[] = [];
    for (let index = this.#next; ; index++) {
      const segment = this.#uploaded.get(index);
      if (segment === undefined) return ready;
      ready.push(segment);
    }
  }

  /**
   * A refused segment may be there already: an answer is lost on its way, or an earlier run ended before its journal was
   * kept, and the same part of the file is there as another object.
   */
  async #register(segments: readonly UploadedSegment[]): Promise<void> {
    const bodies = segments.map(({ body }) => body);
    const { flowId } = this.journal;
    const register = async (): Promise<void> => {
      const refused = await this.#store.register(flowId, bodies, this.#signal);
      if (refused.length === 0) return;
      const present = await this.#registeredOf(segments);
      const missing = new Set(bodies.filter(({ timerange }) => !present.has(timerange)).map((body) => body.object_id));
      const lost = refused.find(({ objectId }) => missing.has(objectId));
      if (lost !== undefined) throw new Error(texts.segmentRefused(this.journal.name, lost.why));
    };
    await withRetries(this.#signal, register);
  }

  /** The timeranges of these that are on the flow's timeline. The flow is this file's own: no other file is at them. */
  #registeredOf(segments: readonly UploadedSegment[]): Promise<ReadonlySet<string>> {
    const ranges = segments.map(({ body }) => TimeRange.parse(body.timerange));
    const hull = ranges.reduce((all, each) => all.hull(each), TimeRange.EMPTY).toString();
    return withRetries(this.#signal, () => this.#store.timerangesIn(this.journal.flowId, hull, this.#signal));
  }

  #settle({ point, body, bytes }: UploadedSegment): void {
    const { startNs, endNs } = TimeRange.parse(body.timerange);
    const { journal } = this;
    const lastedNs = (endNs ?? 0n) - (startNs ?? 0n);
    journal.last = point;
    journal.doneNs = endNs ?? journal.doneNs;
    journal.bytes += bytes;
    if (lastedNs > 0n) {
      journal.maxBitRate = Math.max(journal.maxBitRate, Number((BigInt(bytes) * 8_000_000n) / lastedNs));
    }
    this.#uploaded.delete(point.index);
  }

  #keepUploaded(): void {
    this.journal.uploaded = [...this.#uploaded.values()];
  }
}
