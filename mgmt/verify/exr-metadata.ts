import { removeFilesOfObjects } from '../../src/features/exr/repositories/file-writing.ts';
import {
  EXR_ATTRIBUTES,
  EXR_CHANNELS,
  EXR_EMBEDDINGS,
  EXR_FILES,
  EXR_HISTORY,
  EXR_PARTS,
} from '../../src/features/exr/exr-tables.ts';
import { OBJECTS } from '../../src/tams/objects/object-tables.ts';
import { isNotNull } from '../../src/vastdb/predicate/builder.ts';
import { checkRows, withoutOwner } from './row-check.ts';

/** Metadata of files that are gone, including objects that were reclaimed while EXR metadata was switched off. */
export const exrMetadata = checkRows(
  'exr-metadata',
  'EXR metadata is of files, and files are of objects, that are there',
  ...[EXR_PARTS, EXR_CHANNELS, EXR_ATTRIBUTES, EXR_EMBEDDINGS, EXR_HISTORY].map(({ name }) =>
    withoutOwner({
      table: name,
      column: 'file_id',
      subject: `${name} of file`,
      owners: EXR_FILES.name,
      problem: 'there is no such file',
      deleting: 'deletes them',
    }),
  ),
  {
    ...withoutOwner({
      table: EXR_FILES.name,
      column: 'object_id',
      where: isNotNull('object_id'),
      subject: 'EXR metadata of object',
      owners: OBJECTS.name,
      problem: 'there is no such object',
    }),
    repair: { does: 'deletes it', mend: removeFilesOfObjects },
  },
);
