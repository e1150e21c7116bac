import type { JobInput } from '../rules/job.ts';
import type { Version } from '../rules/version.ts';
import type { OutdatedVersion } from '../rules/outdated-versions.ts';

/** The job that makes a model's vectors for a published version; its key and policy name the model. */
export const embeddingJob = ({ id, assetId }: OutdatedVersion, model: string): JobInput => ({
  idempotencyKey: `embed:${model}:${id}`,
  assetId,
  versionId: id,
  enginePolicy: model,
});

/**
 * Records that a version has all vectors of a model. If it still has vectors of another model, that one stays recorded:
 * the upkeep finds the version, and removes them.
 */
export const madeBy = (model: string, version: Version | undefined): { readonly embeddingModel?: string } =>
  version === undefined || version.embeddingModel === null ? { embeddingModel: model } : {};
