import { and, gt, isNotNull } from '../../vastdb/predicate/builder.ts';
import type { Statistics } from '../statistics.ts';
import { EXR_ATTRIBUTES, EXR_CHANNELS, EXR_FILES, EXR_PARTS } from './exr-tables.ts';

export const EXR_STATISTICS: Statistics = {
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
