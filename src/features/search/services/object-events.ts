import pLimit from 'p-limit';
import type { ObjectPlace } from '../../../formats/s3-notification.ts';
import type { Asset } from '../rules/asset.ts';
import type { Job } from '../rules/job.ts';
import type { Version } from '../rules/version.ts';
import type { ObjectOutcomes } from '../../feature.ts';
import { AppError } from '../../../shared/errors.ts';
import { isSidecar } from './media-kinds.ts';
import type { ObjectContent, ObjectContents } from './object-content.ts';
import type { TamsLinks } from './tams-links.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { JobQueue } from '../repositories/job-queue.ts';

type EventOutcome = keyof ObjectOutcomes;

/** Objects that are read at a time. */
const CONCURRENCY = 8;

interface Needs {
  readonly database: SearchDatabase;
  readonly queue: JobQueue;
  readonly contents: ObjectContents;
  readonly links: Pick<TamsLinks, 'find'>;
  /** Names of the known buckets. */
  readonly buckets: ReadonlySet<string>;
  /** Whether media without a transcript beside them can be transcribed. */
  readonly transcribes: boolean;
}

/** Final states: nothing more is done. */
const PROCESSED: ReadonlySet<Version['status']> = new Set(['indexed', 'index_partial']);

/**
 * Brings the assets in line with their objects. A notification only says where to look, so that it may come late, twice
 * or out of order; one that fails halfway is completed when it is repeated.
 */
export class ObjectEvents {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** Each object counts once. Rejects with the first failure; then all of them are to be repeated. */
  async handleAll(places: readonly ObjectPlace[]): Promise<ObjectOutcomes> {
    const known = places.filter(({ bucket }) => this.#needs.buckets.has(bucket));
    // JSON keeps bucket and key apart, whatever is in them.
    const once = new Map(known.map((place) => [JSON.stringify([place.bucket, place.key]), place]));
    const limit = pLimit(CONCURRENCY);
    const each = Array.from(once.values(), ({ bucket, key }) => limit(() => this.handle(bucket, key)));
    const outcomes = { queued: 0, published: 0, removed: 0, unchanged: 0, untranscribed: 0, ignored: 0 };
    for (const outcome of await Promise.all(each)) outcomes[outcome] += 1;
    return outcomes;
  }

  /**
   * To be called for each object that was created, changed or removed. Throws AppError `not_found` for an unknown bucket,
   * and what the stores throw.
   */
  async handle(bucket: string, key: string): Promise<EventOutcome> {
    if (!this.#needs.buckets.has(bucket)) {
      throw new AppError('not_found', `There is no bucket ${JSON.stringify(bucket)}.`);
    }
    if (!isSidecar(key)) return this.#sync(bucket, key);
    const outcomes: EventOutcome[] = [];
    for (const medium of await this.#needs.contents.mediaBeside(bucket, key)) {
      outcomes.push(await this.#sync(bucket, medium));
    }
    return outcomes.find((outcome) => outcome !== 'ignored' && outcome !== 'unchanged') ?? outcomes[0] ?? 'ignored';
  }

  async #sync(bucket: string, key: string): Promise<EventOutcome> {
    const { database, contents, links } = this.#needs;
    const [content, asset] = await Promise.all([
      contents.look(bucket, key),
      database.getAssetByBucketAndKey(bucket, key),
    ]);
    if (content === 'other') return 'ignored';
    if (content === undefined) {
      if (asset === undefined || asset.tombstonedMs !== null) return 'ignored';
      await database.tombstoneAsset(asset.id);
      // It may have come back since it was looked at, and been found unchanged before it was gone.
      return (await contents.look(bucket, key)) === undefined ? 'removed' : this.#sync(bucket, key);
    }
    const found = asset?.link ?? (await links.find(bucket, key));
    // The job looks again: uploads are told of before segments are registered.
    const link = found === 'unused' ? undefined : found;
    // A skipped asset stays skipped until its object changes.
    if (asset?.triageState === 'skipped' && !isOther(asset, content)) return 'unchanged';
    const { id, version, isNew } = await this.#write({ bucket, key }, content, link);
    return this.#proceed(id, version, content, isNew);
  }

  #write(
    place: Pick<Asset, 'bucket' | 'key'>,
    content: ObjectContent,
    link: Asset['link'] | undefined,
  ): Promise<{ id: string; version: Version; isNew: boolean }> {
    const { sizeBytes, mediumType, etag } = content;
    const size = BigInt(sizeBytes);
    return this.#needs.database.execute(async (tx) => {
      // Read again here: events of a medium and of its transcript mostly come together.
      const isNew = isOther(await tx.getAssetByBucketAndKey(place.bucket, place.key), content);
      const { id } = await tx.upsertAsset({ ...place, etag, sizeBytes: size, contentType: mediumType, link });
      const version = await tx.createVersion({ assetId: id, etag, sizeBytes: size });
      if (isNew) await tx.updateAssetStatus(id, BEGUN);
      return { id, version, isNew };
    });
  }

  async #proceed(assetId: string, version: Version, content: ObjectContent, isNew: boolean): Promise<EventOutcome> {
    const { database, transcribes } = this.#needs;
    if (PROCESSED.has(version.status)) {
      if (!isNew) return 'unchanged';
      // The object has an earlier content again: the work was done then.
      await database.setCurrentVersion(assetId, version.id);
      return 'published';
    }
    // Known and begun: there is a job, or it was given up, or a person has put another transcript.
    if (!isNew && version.status !== 'pending') return 'unchanged';
    if (content.sidecars.length === 0 && !transcribes) return 'untranscribed';
    const job = await this.#enqueue(assetId, version.id);
    return isNew || job.status === 'waiting' ? 'queued' : 'unchanged';
  }

  /** One job for a version; another one only where that has ended and the version is to be made once more. */
  async #enqueue(assetId: string, versionId: string): Promise<Job> {
    const { queue } = this.#needs;
    let job = await queue.enqueue({ idempotencyKey: `index:${versionId}`, assetId, versionId });
    while (job.status === 'completed' || job.status === 'dead') {
      job = await queue.enqueue({ idempotencyKey: `index:${versionId}:${job.id}`, assetId, versionId });
    }
    return job;
  }
}

const isOther = (asset: Asset | undefined, { etag }: ObjectContent): boolean =>
  asset?.etag !== etag || asset.tombstonedMs !== null;

/** For an asset whose object has changed. */
const BEGUN = {
  status: 'pending',
  triageState: 'none',
  recommendedAction: null,
  lastError: null,
  attempt: 0,
} as const;
