import type { Feature } from '../feature.ts';
import { EXR_VARIABLES, type ExrConfig, readExr } from './exr-settings.ts';
import { EXR_STATISTICS } from './exr-statistics.ts';
import { EXR_FILES, EXR_TABLES } from './exr-tables.ts';

/** Metadata of EXR files (docs/adr/0014-exr.md, docs/adr/0018-exr-store.md). */
export const exr: Feature<ExrConfig> = {
  variables: EXR_VARIABLES,
  settings: readExr,
  tables: ({ enabled }) => (enabled ? EXR_TABLES : []),
  tablesIn: async (engine, { enabled }) =>
    enabled || (await engine.describeTable(EXR_FILES.name)) !== undefined ? EXR_TABLES : [],
  statistics: EXR_STATISTICS,
  management: async () => (await import('./exr-management.ts')).EXR_MANAGEMENT,
  open: async (platform, config) => {
    if (!config.enabled) return undefined;
    const { openExr } = await import('./open-exr.ts');
    return openExr(platform, config);
  },
};
