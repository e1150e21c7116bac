import type { JobInput } from '../rules/job.ts';
import type { Version } from '../rules/version.ts';
import type { OutdatedVersion } from '../rules/outdated-versions.ts';

/** The job that makes the vectors of a version that is shown already, by a model, which its key and policy name. */
export const embeddingJob = ({ id, assetId }: OutdatedVersion, model: string): JobInput => ({
  idempotencyKey: `embed:${model}:${id}`,
  assetId,
  versionId: id,
  enginePolicy: model,
});

/**
 * Notes that all vectors of a version are there by a model. One that has those of another model stays noted with that: the
 * upkeep finds it, and removes them.
 */
export const madeBy = (model: string, version: Version | undefined): { readonly embeddingModel?: string } =>
  version === undefined || version.embeddingModel === null ? { embeddingModel: model } : {};
