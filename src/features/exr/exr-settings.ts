import { ConfigError, type Environment } from '../../config/environment.ts';

/** All that it reads. */
export const EXR_VARIABLES: readonly string[] = ['EXR', 'EXR_AUTO_INSPECT', 'EXR_KEEP_HISTORY'];

export interface ExrConfig {
  /** Whether metadata of EXR files is kept at all: tables and routes. */
  readonly enabled: boolean;
  /** Whether EXR objects are inspected as segments of them are registered. */
  readonly autoInspect: boolean;
  /** Whether headers stay known when another takes their place. */
  readonly keepHistory: boolean;
}

export function readExr(env: Environment): ExrConfig {
  const enabled = env.flag('EXR') ?? true;
  const autoInspect = env.flag('EXR_AUTO_INSPECT') ?? false;
  if (autoInspect && !enabled) {
    throw new ConfigError('EXR_AUTO_INSPECT has no effect while EXR is false; set EXR or unset EXR_AUTO_INSPECT.');
  }
  return { enabled, autoInspect, keepHistory: env.flag('EXR_KEEP_HISTORY') ?? false };
}
