import { Type } from '../../../shared/type-builder.ts';
import { MediaType } from '../../../http/schemas/common.ts';
import { compileOptionalBody } from '../../../http/validation/body-validator.ts';
import { storageAllocation, storageRequest } from '../../storage/storage-schemas.ts';
import type { Surface } from '../surface.ts';

const input = storageRequest({
  content_type: Type.Optional(
    Type.Unsafe<string>({
      ...MediaType,
      title: 'InitSegmentType',
      description: 'The media type of initialisation segments, where it is not the container of the flow.',
    }),
  ),
  presigned: Type.Optional(
    Type.Boolean({
      description: 'Whether the URLs are signed. If not, the credentials of the client count. By default they are.',
    }),
  ),
});

/** TAMS 8.2, `schemas/flow-storage*.json`. */
export const storage: Surface['storage'] = {
  input,
  validate: compileOptionalBody(input),
  schema: storageAllocation({ presigned: Type.Optional(Type.Boolean()) }),
  show: (allocated) => allocated,
};
