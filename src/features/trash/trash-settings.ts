import type { Environment } from '../../config/environment.ts';

/** All that it reads. */
export const TRASH_VARIABLES: readonly string[] = ['SOFT_DELETE', 'SOFT_DELETE_RETENTION_S'];

/** Whether what is deleted can be restored, and for how long. */
export interface SoftDeleteConfig {
  readonly enabled: boolean;
  readonly retentionS: number;
}

const WEEK_S = 604_800;
const TEN_YEARS_S = 315_360_000;

export const readSoftDelete = (env: Environment): SoftDeleteConfig => ({
  enabled: env.flag('SOFT_DELETE') ?? false,
  retentionS: env.integer('SOFT_DELETE_RETENTION_S', { default: WEEK_S, min: 1, max: TEN_YEARS_S }),
});
