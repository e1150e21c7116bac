import type { TProperties } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { Uuid } from '../../http/schemas/common.ts';

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
