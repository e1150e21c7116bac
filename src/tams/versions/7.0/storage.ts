import { AppError } from '../../../shared/errors.ts';
import { compileOptionalBody, type Validate } from '../../../http/validation/body-validator.ts';
import { storageAllocation, storageRequest } from '../../storage/storage-schemas.ts';
import { storage as newer } from '../8.2/storage.ts';
import { orNewer } from '../newer.ts';
import type { Surface } from '../surface.ts';

const input = storageRequest({});

/** They would change what is allocated. */
const NEWER = ['content_type', 'presigned'];

const own: Validate = (body) => {
  const given = typeof body === 'object' && body !== null ? NEWER.find((name) => name in body) : undefined;
  if (given === undefined) return compileOptionalBody(input)(body);
  return { error: new AppError('invalid_request', `body/${given} is not a property of TAMS 7.0`, { field: given }) };
};

/** TAMS 7.0, `schemas/flow-storage*.json`. */
export const storage: Surface['storage'] = {
  input,
  validate: orNewer(own, newer.validate),
  schema: storageAllocation({}),
  show: ({ media_objects: objects }) => ({
    media_objects: objects.map(({ object_id, put_url }) => ({ object_id, put_url })),
  }),
};
