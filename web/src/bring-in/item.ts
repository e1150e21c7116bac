import { computed, signal } from '@preact/signals';
import { texts } from '../texts/bring-in.ts';
import { beginJournal } from './documents.ts';
import { type FileHandle, isSameFile, type Journal } from './journal.ts';
import { forgetJournal, keepJournal } from './journals.ts';
import { type FileIdentity, type MediaFile, openMediaFile, UnreadableFile } from './media-file.ts';
import { Pace, type Progress } from './pace.ts';
import type { Store } from './store.ts';
import { doneOf, transfer } from './transfer.ts';

/**
 * - `reading`: looks what the file is; `refused`: it cannot be brought in
 * - `ready`: waits for the user; `waiting`: for other files
 * - `running`, `paused`, `failed` (may be tried again), `done`
 * - `away`: an earlier visit began it, and the browser needs the file again
 */
export type Phase = 'reading' | 'refused' | 'ready' | 'waiting' | 'running' | 'paused' | 'failed' | 'away' | 'done';

/** The result of a drop or a choice of files. */
export interface GivenFile {
  readonly file: File;
  readonly handle?: FileHandle;
}

const NOT_BEGUN: Progress = { done: 0, bytesPerSecond: 0, secondsLeft: undefined };

let made = 0;

/** A file on its way in. */
export class BringInItem {
  /** For lists of them. */
  readonly key = made++;
  readonly identity: FileIdentity;
  readonly phase = signal<Phase>('reading');
  /** Why it was refused, or stopped. */
  readonly error = signal<unknown>(undefined);
  readonly media = signal<MediaFile | undefined>(undefined);
  readonly label = signal('');
  readonly progress = signal<Progress>(NOT_BEGUN);
  readonly journal = signal<Journal | undefined>(undefined);
  /** The flow that stands for the whole. */
  readonly flowId = computed(() => this.journal.value?.flows.at(-1)?.id);
  /** Resolves when it is known what the file is. */
  isRead: Promise<void> = Promise.resolve();
  readonly #store: Store;
  readonly #server: string;
  #handle: FileHandle | undefined;
  #stop: AbortController | undefined;

  private constructor(identity: FileIdentity, store: Store, server: string) {
    this.identity = identity;
    this.label.value = identity.name;
    this.#store = store;
    this.#server = server;
  }

  static ofFile(given: GivenFile, store: Store, server: string): BringInItem {
    const { name, size, lastModified } = given.file;
    const item = new BringInItem({ name, size, lastModified }, store, server);
    item.isRead = item.#open(given);
    return item;
  }

  static ofJournal(journal: Journal, store: Store): BringInItem {
    const item = new BringInItem(journal.file, store, journal.server);
    item.journal.value = journal;
    item.label.value = journal.flows.at(-1)?.label ?? journal.file.name;
    item.phase.value = 'away';
    return item;
  }

  get isBegun(): boolean {
    return this.journal.value !== undefined;
  }

  /** Whether the browser can get the file of an earlier visit by itself. */
  get hasHandle(): boolean {
    return this.journal.value?.handle !== undefined;
  }

  /** Takes the file of an earlier visit again. @returns whether it is that file */
  async takeAgain(given: GivenFile): Promise<boolean> {
    const { name, size, lastModified } = given.file;
    if (!isSameFile({ name, size, lastModified }, this.identity)) return false;
    await this.#open(given);
    return true;
  }

  /** Asks the browser for the file of an earlier visit; the user may have to allow it. */
  async takeByHandle(): Promise<void> {
    const { handle } = this.journal.value ?? {};
    if (handle === undefined) return;
    try {
      if ((await handle.requestPermission?.({ mode: 'read' })) === 'denied') throw new Error(texts.notAllowed);
      const isSame = await this.takeAgain({ file: await handle.getFile(), handle });
      if (!isSame) throw new Error(texts.otherFile(this.identity.name));
    } catch (error) {
      this.error.value = error;
    }
  }

  /** Brings the file in until it is done, paused or fails. */
  async run(): Promise<void> {
    const media = this.media.value;
    if (media === undefined) return;
    this.journal.value ??= beginJournal(
      media,
      this.label.value.trim() || this.identity.name,
      this.#server,
      this.#handle,
    );
    const journal = this.journal.value;
    const stop = new AbortController();
    this.#stop = stop;
    this.error.value = undefined;
    this.phase.value = 'running';
    const pace = new Pace();
    const onProgress = (bytes: number): void => {
      this.progress.value = pace.add(performance.now(), bytes, doneOf(journal, media));
    };
    onProgress(0);
    try {
      await transferAlone(journal.id, () =>
        transfer(journal, media, this.#store, { save: keepJournal, onProgress }, stop.signal),
      );
      this.phase.value = 'done';
      media.dispose();
    } catch (error) {
      if (stop.signal.aborted) this.phase.value = 'paused';
      else {
        this.error.value = error;
        this.phase.value = error instanceof UnreadableFile ? 'refused' : 'failed';
      }
    }
  }

  pause(): void {
    this.#stop?.abort(new Error('paused'));
  }

  /** Lets go of it; what is on the timeline stays. */
  async forget(): Promise<void> {
    this.pause();
    if (this.journal.value !== undefined) await forgetJournal(this.journal.value.id);
    this.media.value?.dispose();
  }

  async #open({ file, handle }: GivenFile): Promise<void> {
    this.#handle = handle;
    this.error.value = undefined;
    try {
      const media = await openMediaFile(file);
      this.media.value = media;
      const journal = this.journal.value;
      if (journal !== undefined) this.progress.value = { ...NOT_BEGUN, done: doneOf(journal, media) };
      this.phase.value = journal === undefined ? 'ready' : 'paused';
    } catch (error) {
      this.error.value = error;
      this.phase.value = 'refused';
    }
  }
}

/** Only one of two tabs with one journal may go on. Where the browser has no locks, users have to see to it. */
async function transferAlone(id: string, run: () => Promise<void>): Promise<void> {
  const { locks } = navigator as { readonly locks?: LockManager };
  if (locks === undefined) return run();
  await locks.request(`tams-bring-in-${id}`, { ifAvailable: true }, async (lock) => {
    if (lock === null) throw new Error(texts.otherTab);
    await run();
  });
}
