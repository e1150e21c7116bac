import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sync } from '../folders.ts';
import type { IngestPlan } from './plan.ts';

const SQLITE_BUSY = 5;

/**
 * Takes a lock that ends with the process, however that ends. SQLite has one that holds on every system that Node.js runs
 * on; a file with the number of a process would outlive it, and the number may be another's by then.
 *
 * @returns what releases it; undefined where somebody else has it.
 */
function takeLock(file: string): (() => void) | undefined {
  for (;;) {
    const database = new DatabaseSync(file);
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined;
      throw error;
    }
    // Unless it was removed, by one that had it until now.
    if (existsSync(file)) return database.close.bind(database);
    database.close();
  }
}

const PLAN = 'plan.json';
const JOURNAL = 'uploaded.jsonl';
const SEGMENTS = 'segments';
const LOCK = 'lock';

/** One line of the journal: a segment whose bytes are on the server. */
interface Upload {
  readonly flow: string;
  readonly file: string;
  readonly object: string;
}

/**
 * The journal of an ingest, so that it can be killed at any moment and run again: its plan, the segments that it cut,
 * and the uploaded ones. Registered segments are not recorded here: the server knows them best.
 */
export class IngestFolder {
  readonly #path: string;
  #journal: Promise<FileHandle> | undefined;
  #release: (() => void) | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get path(): string {
    return this.#path;
  }

  /** Makes it, and sees to it that nobody else uses it until it is closed, or this process ends. */
  async lock(): Promise<void> {
    await mkdir(this.#path, { recursive: true });
    const names = await readdir(this.#path);
    if (names.length > 0 && !names.includes(LOCK) && !names.includes(PLAN)) {
      throw new Error(`${this.#path} has other files in it: name a new folder, or an empty one, with --state.`);
    }
    this.#release = takeLock(join(this.#path, LOCK));
    if (this.#release !== undefined) return;
    throw new Error(
      `Another ingest is at work in ${this.#path}: wait until it has ended, or name another with --state.`,
    );
  }

  /** Removes all that an ingest wrote, and the folder unless there is something else in it. */
  discard(): void {
    for (const name of [SEGMENTS, JOURNAL, PLAN, `${PLAN}.new`, LOCK, `${LOCK}-journal`]) {
      // ffmpeg may be writing to it still.
      rmSync(join(this.#path, name), { recursive: true, force: true, maxRetries: 5 });
    }
    if (existsSync(this.#path) && readdirSync(this.#path).length === 0) rmdirSync(this.#path);
  }

  /** Where segments are cut or downloaded to, emptied: what an earlier run left there before its plan was whole is of no use. */
  async freshSegments(): Promise<string> {
    const folder = join(this.#path, SEGMENTS);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return folder;
  }

  segmentPath(file: string): string {
    return isAbsolute(file) ? file : join(this.#path, SEGMENTS, file);
  }

  /** The plan of an earlier run. Throws if that was made of something else. */
  async plan(fingerprint: string): Promise<IngestPlan | undefined> {
    const text = await readFile(join(this.#path, PLAN), 'utf8').catch(undefinedIfMissing);
    if (text === undefined) return undefined;
    const plan = JSON.parse(text) as IngestPlan;
    if (plan.fingerprint === fingerprint) return plan;
    throw new Error(
      `${this.#path} is of another ingest (other files, options or another server): remove it, or name another with --state.`,
    );
  }

  /** Keeps the plan: all of it or nothing, and on the disk before it together with the segments that it speaks of. */
  async keep(plan: IngestPlan): Promise<void> {
    const segments = join(this.#path, SEGMENTS);
    for (const file of await readdir(segments)) await sync(join(segments, file));
    await sync(segments);
    const draft = join(this.#path, `${PLAN}.new`);
    await writeFile(draft, JSON.stringify(plan), { flush: true });
    await rename(draft, join(this.#path, PLAN));
    await sync(this.#path);
  }

  /** The objects of the segments that are uploaded, by the segments' files. */
  async uploaded(flowId: string): Promise<Map<string, string>> {
    const text = (await readFile(join(this.#path, JOURNAL), 'utf8').catch(undefinedIfMissing)) ?? '';
    const objects = new Map<string, string>();
    // Text after the last line break was being written when the process was killed.
    for (const line of text.split('\n').slice(0, -1)) {
      const upload = parseUpload(line);
      if (upload?.flow === flowId) objects.set(upload.file, upload.object);
    }
    return objects;
  }

  /** It survives a power cut after `syncUploads` only. */
  async addUpload(flowId: string, file: string, objectId: string): Promise<void> {
    this.#journal ??= openJournal(join(this.#path, JOURNAL));
    await (await this.#journal).write(`${JSON.stringify({ flow: flowId, file, object: objectId } satisfies Upload)}\n`);
  }

  /**
   * Waits until the uploads are on the disk, before their segments are registered: whoever does not know which objects
   * those have takes them for somebody else's.
   */
  async syncUploads(): Promise<void> {
    await (await this.#journal)?.datasync();
  }

  async close(): Promise<void> {
    await (await this.#journal)?.close();
    this.#journal = undefined;
    this.#release?.();
    this.#release = undefined;
  }

  /** All is registered: the cut segments are not needed any more. The plan stays, so that nothing is ingested twice. */
  async removeSegments(): Promise<void> {
    await rm(join(this.#path, SEGMENTS), { recursive: true, force: true });
  }
}

export const isUrl = (input: string): boolean => /^https?:/.test(input);

/** Where an ingest is remembered: beside a file; for a URL in the present folder, by its name and what tells it from others of that name. */
export function stateFolderOf(input: string): string {
  if (!isUrl(input)) return `${input}.tams-ingest`;
  const url = new URL(input);
  const hash = createHash('sha256').update(url.href).digest('hex').slice(0, 12);
  return `${basename(url.pathname) || url.hostname}-${hash}.tams-ingest`;
}

/** Tells apart what an ingest is made of: the files as they are now, and what was asked for. */
export async function fingerprintOf(inputs: readonly string[], settings: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const { size, mtimeMs } = isUrl(input) ? { size: 0, mtimeMs: 0 } : await stat(input);
    hash.update(JSON.stringify([input, size, mtimeMs]));
  }
  return hash.update(JSON.stringify(settings)).digest('hex');
}

/** A line that was cut off is ended first, or the next one would be lost with it. */
async function openJournal(path: string): Promise<FileHandle> {
  const handle = await open(path, 'a+');
  const { size } = await handle.stat();
  if (size > 0) {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer.toString() !== '\n') await handle.write('\n');
  }
  return handle;
}

function parseUpload(line: string): Upload | undefined {
  try {
    return JSON.parse(line) as Upload;
  } catch {
    // The end of a run that was killed: that segment is uploaded again.
    return undefined;
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
