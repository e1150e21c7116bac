import { createHash } from 'node:crypto';
import type { SearchDatabase } from '../rules/search-database.ts';
import type { TranscriptSegment } from '../rules/transcript-segment.ts';
import type { Version } from '../rules/version.ts';
import { languageTag } from '../../../formats/transcripts/language-tag.ts';
import { writeTranscriptJson } from '../../../formats/transcripts/transcript-json.ts';
import { readTranscript } from '../../../formats/transcripts/read-transcript.ts';
import type { Transcript, TranscriptFormat } from '../../../formats/transcripts/transcript.ts';
import { writeWebVtt } from '../../../formats/transcripts/webvtt.ts';
import { AppError } from '../../../shared/errors.ts';
import { presentAsset } from './asset-service.ts';
import type { Indexer } from './indexer.ts';
import { storeTranscript } from './transcript-store.ts';
import { presentVersion } from './version-service.ts';

/**
 * A cell on a cluster holds 126 KB, and a text is kept twice: as it is, and as folded words. A cue this long is no cue;
 * shorter ones are joined into segments far below it.
 */
const MAX_CUE_CHARACTERS = 10_000;
const MAX_SPEAKER_CHARACTERS = 256;
const LANGUAGE = /^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,7}$/;

/** The transcript of a version, in segments as searches see them. */
export interface VersionTranscript {
  readonly version: Version;
  readonly segments: readonly TranscriptSegment[];
}

export interface GivenTranscript {
  readonly text: string;
  readonly format: TranscriptFormat;
  /** Replaces the language that the text names. */
  readonly language?: string;
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
  async putOnAsset(assetId: string, given: GivenTranscript): Promise<Version> {
    const transcript = await read(given);
    const asset = await presentAsset(this.#database, assetId);
    const content = createHash('sha256').update(writeTranscriptJson(transcript)).digest('hex').slice(0, 32);
    const etag = `${asset.etag ?? ''}+transcript-${content}`;
    const { id } = await this.#database.createVersion({ assetId, etag, sizeBytes: asset.sizeBytes });
    await this.#indexer.index(id, transcript, { engine: 'transcript' });
    return presentVersion(this.#database, id);
  }

  /** Stores a version's segments without publishing: vectors can be put next, and then the version published. */
  async putOnVersion(versionId: string, given: GivenTranscript): Promise<VersionTranscript> {
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

async function read({ text, format, language }: GivenTranscript): Promise<Transcript> {
  const transcript = await readTranscript(text, format);
  const { cues } = transcript;
  if (cues.length === 0) throw invalid('The transcript has no words in it.');
  cues.forEach(({ text: said, speaker }, index) => {
    if (said.length > MAX_CUE_CHARACTERS) {
      throw invalid(`Cue ${index} has ${said.length} characters; ${MAX_CUE_CHARACTERS} are the most.`);
    }
    if (speaker !== null && speaker.length > MAX_SPEAKER_CHARACTERS) {
      throw invalid(`The speaker of cue ${index} has more than ${MAX_SPEAKER_CHARACTERS} characters.`);
    }
  });
  const spoken = language === undefined ? transcript.language : (languageTag(language) ?? language);
  if (spoken !== null && !LANGUAGE.test(spoken)) {
    const field = language === undefined ? 'transcript' : 'language';
    throw invalid('The language must be a tag of BCP 47, such as en or pt-BR.', field);
  }
  return { language: spoken, cues };
}

const noTranscript = (what: string): AppError => new AppError('not_found', `${what} has no transcript.`);

const invalid = (summary: string, field = 'transcript'): AppError =>
  new AppError('invalid_request', summary, { field });
