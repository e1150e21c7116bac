import type { TProperties } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { OneOf, Uuid } from '../../http/schemas/common.ts';
import { compileBody, type Validate } from '../../http/validation/body-validator.ts';
import { AppError } from '../../shared/errors.ts';

/** TAMS, `schemas/object.json`. @param more properties that a version has besides */
export const objectSchema = (more: TProperties) =>
  Type.Object(
    {
      id: Type.String(),
      referenced_by_flows: Type.Array(Uuid, {
        description: 'The flows whose segments use the object, or media objects that need it.',
      }),
      first_referenced_by_flow: Type.Optional(Uuid),
      ...more,
    },
    { title: 'MediaObject' },
  );

/** TAMS 8.2, `schemas/objects-instances-post.json`. */

const ControlledInstance = Type.Object(
  { storage_id: Uuid },
  { title: 'ControlledInstance', description: 'Copies the object to a storage backend that has no instance of it.' },
);

const UncontrolledInstance = Type.Object(
  {
    url: Type.String({ description: 'Where the object can be downloaded, with a GET.' }),
    label: Type.String({ description: 'Of no storage backend, and of no other instance of the object.' }),
  },
  { title: 'UncontrolledInstance', description: 'An instance outside of the control of this service.' },
);

export const InstanceInputSchema = OneOf([ControlledInstance, UncontrolledInstance], {
  title: 'InstanceInput',
  examples: [{ storage_id: '323367fd-21bb-4f2e-ad38-faf048c4ccfc' }],
});

const validateControlled = compileBody(ControlledInstance);
const validateUncontrolled = compileBody(UncontrolledInstance);

/** Errors speak of the kind of instance that was meant. */
export const validateInstance: Validate = (body) => {
  const has = (name: string): boolean => typeof body === 'object' && body !== null && name in body;
  if (!has('storage_id')) return validateUncontrolled(body);
  if (!has('url') && !has('label')) return validateControlled(body);
  const problem = 'body/storage_id must be left out where url or label is given';
  return { error: new AppError('invalid_request', problem, { field: 'body/storage_id' }) };
};
