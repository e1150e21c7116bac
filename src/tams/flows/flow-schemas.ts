import Type from 'typebox';
import { Format } from '../documents/format.ts';
import { ContainerMapping, FlowCollection } from './collection-schemas.ts';
import { DateTime, Integer, MediaType, OneOf, Rational, Tags, Timerange, Uuid } from '../../http/schemas/common.ts';
import { AudioEssence, DataEssence, ImageEssence, VideoEssence } from './essence-schemas.ts';
import { EXAMPLE_FLOW } from '../../http/schemas/examples.ts';

/** Flows of the five formats (TAMS 7.0, `schemas/flow*.json`): what a client sends, and what it gets. */

const common = {
  id: Uuid,
  source_id: Uuid,
  label: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  created_by: Type.Optional(Type.String()),
  updated_by: Type.Optional(Type.String()),
  tags: Type.Optional(Tags),
  metadata_version: Type.Optional(
    Type.String({ description: 'Changes with every change of the metadata; made by the server unless given.' }),
  ),
  generation: Type.Optional(Integer({ minimum: 0, description: 'How many lossy encodings lie behind the content.' })),
  read_only: Type.Optional(Type.Boolean({ description: 'While true, nothing but this property can be changed.' })),
  codec: Type.Optional(MediaType),
  container: Type.Optional(MediaType),
  avg_bit_rate: Type.Optional(Integer({ minimum: 0, description: '1,000 bits per second.' })),
  max_bit_rate: Type.Optional(Integer({ minimum: 0, description: '1,000 bits per second.' })),
  segment_duration: Type.Optional(Rational),
  flow_collection: Type.Optional(FlowCollection),
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

export const VideoFlowInput = Type.Object(
  { ...common, format: Type.Literal(Format.video), codec: MediaType, essence_parameters: VideoEssence },
  { title: 'VideoFlowInput' },
);

export const AudioFlowInput = Type.Object(
  { ...common, format: Type.Literal(Format.audio), codec: MediaType, essence_parameters: AudioEssence },
  { title: 'AudioFlowInput' },
);

export const ImageFlowInput = Type.Object(
  { ...common, format: Type.Literal(Format.image), codec: MediaType, essence_parameters: ImageEssence },
  { title: 'ImageFlowInput' },
);

export const DataFlowInput = Type.Object(
  { ...common, format: Type.Literal(Format.data), codec: MediaType, essence_parameters: DataEssence },
  { title: 'DataFlowInput' },
);

export const MultiFlowInput = Type.Object(
  { ...common, format: Type.Literal(Format.multi) },
  { title: 'MultiFlowInput' },
);

export const FlowInputSchema = OneOf([VideoFlowInput, AudioFlowInput, ImageFlowInput, DataFlowInput, MultiFlowInput], {
  title: 'FlowInput',
  description: 'A flow as clients send it; properties unknown here are kept and returned.',
  examples: [EXAMPLE_FLOW],
});

export const FlowSchema = OneOf(
  [
    Type.Object({ ...VideoFlowInput.properties, ...serverManaged }, { title: 'VideoFlow' }),
    Type.Object({ ...AudioFlowInput.properties, ...serverManaged }, { title: 'AudioFlow' }),
    Type.Object({ ...ImageFlowInput.properties, ...serverManaged }, { title: 'ImageFlow' }),
    Type.Object({ ...DataFlowInput.properties, ...serverManaged }, { title: 'DataFlow' }),
    Type.Object({ ...MultiFlowInput.properties, ...serverManaged }, { title: 'MultiFlow' }),
  ],
  { title: 'Flow' },
);
