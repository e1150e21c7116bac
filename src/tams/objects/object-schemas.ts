import Type from 'typebox';
import { Uuid } from '../../http/schemas/common.ts';

/** TAMS 7.0, `schemas/object.json`. */
export const MediaObjectSchema = Type.Object(
  {
    id: Type.String(),
    referenced_by_flows: Type.Array(Uuid, { description: 'The flows whose segments use the object.' }),
    first_referenced_by_flow: Type.Optional(Uuid),
  },
  { title: 'MediaObject' },
);
