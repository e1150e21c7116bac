import type { TObject, TUnsafe } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { DateTime, OneOf, PATTERNS, Uuid } from '../../http/schemas/common.ts';
import { EXAMPLE_PROFILE, EXAMPLE_PROFILE_ID } from '../../http/schemas/examples.ts';
import { ContentFormat, Format, type FormatUrn } from '../documents/format.ts';
import { type FlowParts, technicalSchemas } from '../flows/flow-schemas.ts';
import { exactLabel, pagingParameters, pathId } from '../parameters.ts';
import type { Profile, ProfileInput } from './profile.ts';

/** Profiles of the four formats that they have (TAMS 8.2, `schemas/profile.json`). */
export interface ProfileSchemas {
  readonly input: TUnsafe<ProfileInput>;
  /** `input`, by the format of its flow metadata. */
  readonly inputs: ReadonlyMap<FormatUrn, TObject>;
  readonly shown: TUnsafe<Profile>;
}

/** @param parts those of flows */
export function profileSchemas(parts: FlowParts): ProfileSchemas {
  const properties = {
    id: Uuid,
    label: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    created_by: Type.Optional(Type.String()),
    tags: Type.Optional(parts.tags),
  };
  const metadata = technicalSchemas(parts)
    .filter(([format]) => format !== Format.multi)
    .map(([format, name, technical]) => [format, Type.Object(technical, { title: `${name}FlowMetadata` })] as const);
  const flow_metadata = OneOf(
    metadata.map(([, schema]) => schema),
    { title: 'FlowMetadata', description: 'Technical properties of a flow.' },
  );
  return {
    inputs: new Map(
      metadata.map(([format, schema]) => [format, Type.Object({ ...properties, flow_metadata: schema })] as const),
    ),
    input: Type.Unsafe<ProfileInput>(
      Type.Object({ ...properties, flow_metadata }, { title: 'ProfileInput', examples: [EXAMPLE_PROFILE] }),
    ),
    shown: Type.Unsafe<Profile>(Type.Object({ ...properties, created: DateTime, flow_metadata }, { title: 'Profile' })),
  };
}

export const profileParams = Type.Object({ profileId: pathId('profile', EXAMPLE_PROFILE_ID) });

export const profileListQuery = Type.Object({
  format: Type.Optional(ContentFormat),
  codec: Type.Optional(
    Type.String({ pattern: PATTERNS.codecFilter.pattern, description: 'Only profiles of exactly this codec.' }),
  ),
  label: exactLabel,
  ...pagingParameters,
});
