import { OBJECTS } from '../../tams/objects/object-tables.ts';
import { isNotNull } from '../../vastdb/predicate/builder.ts';
import type { Management } from '../management.ts';
import type { ExrConfig } from './exr-settings.ts';
import { EXR_ATTRIBUTES, EXR_CHANNELS, EXR_EMBEDDINGS, EXR_FILES, EXR_HISTORY, EXR_PARTS } from './exr-tables.ts';
import { removeFilesOfObjects } from './repositories/file-writing.ts';

/** Its check finds also metadata of objects that were reclaimed while EXR metadata was switched off. */
export const EXR_MANAGEMENT: Management<ExrConfig> = {
  checks: [
    {
      name: 'exr-metadata',
      description: 'EXR metadata is of files, and files are of objects, that are there',
      rows: [
        ...[EXR_PARTS, EXR_CHANNELS, EXR_ATTRIBUTES, EXR_EMBEDDINGS, EXR_HISTORY].map(({ name }) => ({
          table: name,
          column: 'file_id',
          subject: `${name} of file`,
          owners: EXR_FILES.name,
          problem: 'there is no such file',
          deleting: 'deletes them',
        })),
        {
          table: EXR_FILES.name,
          column: 'object_id',
          where: isNotNull('object_id'),
          subject: 'EXR metadata of object',
          owners: OBJECTS.name,
          problem: 'there is no such object',
          deleting: 'deletes it',
          remove: removeFilesOfObjects,
        },
      ],
    },
  ],
  importers: [
    {
      system: 'exr-inspector',
      description: 'what an exr-inspector has read of EXR headers',
      required: [['--bucket <name>', 'the bucket of the keys, which are there without it']],
      take: async (...args) => (await import('./import/take-exr-inspector.ts')).takeExrInspector(...args),
    },
  ],
};
