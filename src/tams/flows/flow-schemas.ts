import type { TObject, TProperties, TSchema, TUnsafe } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { DateTime, Integer, MediaType, OneOf, Rational, Timerange, Uuid } from '../../http/schemas/common.ts';
import { EXAMPLE_FLOW } from '../../http/schemas/examples.ts';
import { Format, type FormatUrn } from '../documents/format.ts';
import { ContainerMapping } from './collection-schemas.ts';
import type { Flow, FlowInput } from './flow.ts';

/** The parts of a flow's schemas in which versions of TAMS differ. */
export interface FlowParts {
  readonly tags: TSchema;
  readonly collection: TSchema;
  /** Essence parameters by format. */
  readonly video: TObject;
  readonly audio: TObject;
  readonly image: TObject;
  readonly data: TObject;
  /** Undefined: free. */
  readonly multi?: TObject;
  /** Properties of all formats that clients set. */
  readonly given?: TProperties;
  /** Properties of all formats that answers have besides. */
  readonly shown?: TProperties;
  /** A flow that names what gives its technical properties. */
  readonly others?: readonly TObject[];
}

/** Flows of the five formats (`schemas/flow*.json`). */
export interface FlowSchemas {
  readonly input: TUnsafe<FlowInput>;
  /** `input`, by the value of `format`. */
  readonly inputs: ReadonlyMap<FormatUrn, TObject>;
  readonly shown: TUnsafe<Flow>;
}

/** Properties that are no part of an encoding: `id`, `label`, `tags` and so on. */
export const descriptive = (tags: TSchema, collection: TSchema) => ({
  id: Uuid,
  source_id: Uuid,
  label: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  created_by: Type.Optional(Type.String()),
  updated_by: Type.Optional(Type.String()),
  tags: Type.Optional(tags),
  metadata_version: Type.Optional(
    Type.String({ description: 'Changes with every change of the metadata; made by the server unless given.' }),
  ),
  generation: Type.Optional(Integer({ minimum: 0, description: 'How many lossy encodings lie behind the content.' })),
  read_only: Type.Optional(Type.Boolean({ description: 'While true, nothing but this property can be changed.' })),
  max_bit_rate: Type.Optional(Integer({ minimum: 0, description: '1,000 bits per second.' })),
  flow_collection: Type.Optional(collection),
});

/** The technical properties, without `format`, `codec` and `essence_parameters`. */
const technical = {
  container: Type.Optional(MediaType),
  avg_bit_rate: Type.Optional(Integer({ minimum: 0, description: '1,000 bits per second.' })),
  segment_duration: Type.Optional(Rational),
  container_mapping: Type.Optional(ContainerMapping),
};

/** The server's own: ignored in requests. */
const serverManaged = {
  created: Type.Optional(DateTime),
  metadata_updated: Type.Optional(DateTime),
  segments_updated: Type.Optional(DateTime),
  timerange: Type.Optional(Timerange),
  collected_by: Type.Optional(Type.Array(Uuid, { description: 'The flows that collect this one.' })),
};

export const SERVER_MANAGED_FLOW_PROPERTIES = Object.keys(serverManaged);

/** The technical properties by format, each with the name of the format. */
export function technicalSchemas(parts: FlowParts): readonly (readonly [FormatUrn, string, TProperties])[] {
  const single = (format: FormatUrn, essence: TObject): TProperties => ({
    ...technical,
    format: Type.Literal(format),
    codec: MediaType,
    essence_parameters: essence,
  });
  return [
    [Format.video, 'Video', single(Format.video, parts.video)],
    [Format.audio, 'Audio', single(Format.audio, parts.audio)],
    [Format.image, 'Image', single(Format.image, parts.image)],
    [Format.data, 'Data', single(Format.data, parts.data)],
    [
      Format.multi,
      'Multi',
      {
        ...technical,
        format: Type.Literal(Format.multi),
        codec: Type.Optional(MediaType),
        ...(parts.multi && { essence_parameters: Type.Optional(parts.multi) }),
      },
    ],
  ];
}

export function flowSchemas(parts: FlowParts): FlowSchemas {
  const given = { ...descriptive(parts.tags, parts.collection), ...parts.given };
  const formats = technicalSchemas(parts);
  const inputs = formats.map(([format, name, properties]) => {
    return [format, Type.Object({ ...given, ...properties }, { title: `${name}FlowInput` })] as const;
  });
  const shown = formats.map(([, name, properties]) =>
    Type.Object({ ...given, ...properties, ...serverManaged, ...parts.shown }, { title: `${name}Flow` }),
  );
  return {
    inputs: new Map<FormatUrn, TObject>(inputs),
    input: OneOf([...inputs.map(([, schema]) => schema), ...(parts.others ?? [])], {
      title: 'FlowInput',
      description: 'A flow as clients send it; properties unknown here are kept and returned.',
      examples: [EXAMPLE_FLOW],
    }) as TUnsafe<FlowInput>,
    shown: OneOf(shown, { title: 'Flow' }) as unknown as TUnsafe<Flow>,
  };
}
