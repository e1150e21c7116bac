import type { Feature } from '../feature.ts';
import { EXR_VARIABLES, type ExrConfig, readExr } from './exr-settings.ts';
import { EXR_ATTRIBUTES, EXR_CHANNELS, EXR_FILES, EXR_PARTS, EXR_TABLES } from './exr-tables.ts';
import { and, gt, isNotNull } from '../../vastdb/predicate/builder.ts';
import type { Statistics } from '../statistics.ts';

const EXR_STATISTICS: Statistics = {
  analysed: [
    {
      definition: EXR_FILES,
      times: ['first_inspected_ms', 'last_inspected_ms'],
      groups: ['bucket', 'sequence', 'is_deep', 'is_tiled'],
      isExported: true,
    },
    {
      definition: EXR_PARTS,
      times: [],
      groups: ['type', 'compression', 'color_space', 'software'],
      isExported: true,
    },
    { definition: EXR_CHANNELS, times: [], groups: ['layer', 'name', 'pixel_type'], isExported: true },
    { definition: EXR_ATTRIBUTES, times: [], groups: ['name', 'type'], isExported: true },
  ],
  // Sizes of files that could be read.
  sizes: [
    {
      table: EXR_FILES.name,
      where: and([isNotNull('object_id'), gt('size', 0n)]),
      by: 'id',
      key: 'object_id',
      size: 'size',
    },
  ],
};

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
