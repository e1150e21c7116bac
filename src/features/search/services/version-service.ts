import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { Asset, VersionSize } from '../rules/asset.ts';
import type { EmbeddingInput } from '../rules/embedding.ts';
import { isBeingWritten, type Version, type VersionInput, writtenByAnother } from '../rules/version.ts';
import { languageTag } from '../../../formats/transcripts/transcript.ts';
import { AppError } from '../../../shared/errors.ts';
import { presentAsset } from './asset-service.ts';
import { madeBy } from './segment-vectors.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import { versionNotFound } from '../repositories/versions.ts';

export class VersionService {
  readonly #database: SearchDatabase;
  readonly #model: string;

  /** @param model of this server's query vectors. */
  constructor(database: SearchDatabase, model: string) {
    this.#database = database;
    this.#model = model;
  }

  async list(assetId: string, page: PageRequest): Promise<Page<Version>> {
    await presentAsset(this.#database, assetId);
    return this.#database.listVersions(assetId, page);
  }

  async get(versionId: string): Promise<Version & VersionSize> {
    const version = await presentVersion(this.#database, versionId);
    return { ...version, ...(await this.#database.versionSize(version)) };
  }

  /** The version of this content: a new one, or the one that is there. */
  async create(input: VersionInput): Promise<Version> {
    await presentAsset(this.#database, input.assetId);
    const { language } = input;
    // In the spelling of transcripts and searches.
    return this.#database.createVersion({ ...input, language: language && (languageTag(language) ?? language) });
  }

  /** Adds vectors, or replaces those of the same segments and model. Returns how many were written. */
  async putEmbeddings(versionId: string, embeddings: readonly EmbeddingInput[]): Promise<number> {
    await presentVersion(this.#database, versionId);
    return this.#database.upsertEmbeddings(versionId, embeddings);
  }

  /**
   * Publishes the version in place of the previous one. Atomic. Without a vector of the server's model for each segment
   * it is `index_partial`: vectors of others are found by vectors alone.
   */
  async publish(versionId: string): Promise<Asset> {
    const version = await presentVersion(this.#database, versionId);
    const { segments, embeddings } = await this.#database.versionSize(version, this.#model);
    if (segments === 0) {
      throw new AppError(
        'invalid_request',
        `The version ${versionId} has no transcript, so there is nothing to publish.`,
      );
    }
    const isComplete = embeddings >= segments;
    const status = isComplete ? 'indexed' : 'index_partial';
    return this.#database.execute(async (tx) => {
      const now = await tx.getVersion(versionId);
      if (now !== undefined && isBeingWritten(now)) throw writtenByAnother(versionId);
      await tx.updateVersionStatus(versionId, { status, ...(isComplete && madeBy(this.#model, now)) });
      return tx.setCurrentVersion(version.assetId, versionId);
    });
  }
}

/** The version, unless its asset's object is gone. Throws AppError `not_found`. */
export async function presentVersion(database: SearchDatabase, versionId: string): Promise<Version> {
  const version = await database.getVersion(versionId);
  if (version === undefined) throw versionNotFound(versionId);
  await presentAsset(database, version.assetId);
  return version;
}
