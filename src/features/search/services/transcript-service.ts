import type { SearchableTranscript, TranscriptText } from '../rules/searchable-transcript.ts';
import type { TranscriptSegment, Version } from '../rules/version.ts';
import { languageTag } from '../../../formats/transcripts/transcript.ts';
import { writeWebVtt } from '../../../formats/transcripts/webvtt-srt.ts';
import { AppError } from '../../../shared/errors.ts';
import { presentAsset } from './asset-service.ts';
import type { Indexer } from './indexer.ts';
import { storeTranscript } from './transcript-store.ts';
import { readTranscript } from './read-transcript.ts';
import { presentVersion } from './version-service.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';

const LANGUAGE = /^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,7}$/;

/** The transcript of a version, in segments as searches see them. */
export interface VersionTranscript {
  readonly version: Version;
  readonly segments: readonly TranscriptSegment[];
}

/** Transcripts in and out. */
export class TranscriptService {
  readonly #database: SearchDatabase;
  readonly #indexer: Indexer;

  constructor(database: SearchDatabase, indexer: Indexer) {
    this.#database = database;
    this.#indexer = indexer;
  }

  /** The transcript of the published version. Throws AppError `not_found`, also if none is published. */
  async ofAsset(assetId: string): Promise<VersionTranscript> {
    const { currentVersionId } = await presentAsset(this.#database, assetId);
    if (currentVersionId === null) throw noTranscript(`The asset ${assetId}`);
    return this.ofVersion(currentVersionId);
  }

  async ofVersion(versionId: string): Promise<VersionTranscript> {
    const version = await presentVersion(this.#database, versionId);
    const all = await this.#database.getTranscriptSegments(versionId);
    const segments = all.filter(({ visibility }) => visibility !== 'SOFT_DELETED');
    if (segments.length === 0) throw noTranscript(`The version ${versionId}`);
    return { version, segments };
  }

  /**
   * Makes a version of the asset from a transcript, and publishes it with its vectors. The version's id comes from the
   * object's ETag and the transcript's content: the same transcript in another format is the same version.
   */
  async putOnAsset(assetId: string, given: TranscriptText): Promise<Version> {
    const transcript = await read(given);
    const asset = await presentAsset(this.#database, assetId);
    const etag = `${asset.etag ?? ''}+transcript-${transcript.hash.slice(0, 32)}`;
    const { id } = await this.#database.createVersion({ assetId, etag, sizeBytes: asset.sizeBytes });
    await this.#indexer.index(id, transcript, { engine: 'transcript' });
    return presentVersion(this.#database, id);
  }

  /** Stores a version's segments without publishing: vectors can be put next, and then the version published. */
  async putOnVersion(versionId: string, given: TranscriptText): Promise<VersionTranscript> {
    const transcript = await read(given);
    await presentVersion(this.#database, versionId);
    await storeTranscript(this.#database, versionId, transcript);
    return this.ofVersion(versionId);
  }

  /** Removes the version from all searches. */
  async remove(versionId: string): Promise<void> {
    await presentVersion(this.#database, versionId);
    await this.#database.softDeleteTranscriptSegments(versionId);
  }
}

export function toWebVtt({ version, segments }: VersionTranscript): string {
  return writeWebVtt({ language: version.language, cues: segments });
}

async function read({ language, ...text }: TranscriptText): Promise<SearchableTranscript> {
  const given = language === undefined ? undefined : (languageTag(language) ?? language);
  if (given !== undefined && !LANGUAGE.test(given)) throw noLanguage('language');
  const transcript = await readTranscript({ ...text, ...(given !== undefined && { language: given }) });
  if (transcript.segments.length === 0) throw invalid('The transcript has no words in it.');
  if (transcript.language !== null && !LANGUAGE.test(transcript.language)) throw noLanguage('transcript');
  return transcript;
}

const noLanguage = (field: string): AppError =>
  invalid('The language must be a tag of BCP 47, such as en or pt-BR.', field);

const noTranscript = (what: string): AppError => new AppError('not_found', `${what} has no transcript.`);

const invalid = (summary: string, field = 'transcript'): AppError =>
  new AppError('invalid_request', summary, { field });
