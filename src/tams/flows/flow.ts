import { isUuid } from '../../shared/uuid.ts';
import type { Format } from '../documents/format.ts';
import type { Tags } from '../documents/tags.ts';

/** Property names are those of TAMS (`schemas/flow-*.json`), so that nothing is renamed on the way through. */

export interface Rational {
  numerator: number;
  denominator?: number;
}

export interface ContainerMapping {
  track_index?: number;
  format_track_index?: number;
  audio_track?: { channel_numbers?: number[]; channel_range?: string };
  mp2ts_container?: { pid?: number };
  mxf_container?: { package_uid?: string; track_id?: number };
  isobmff_container?: { track_id?: number };
}

export interface CollectionItem {
  id: string;
  role?: string;
}

export interface FlowCollectionItem extends CollectionItem {
  container_mapping?: ContainerMapping;
}

/** Parameters of the essence in any format. */
export interface EssenceParameters {
  /** Whether media objects need an initialisation segment. */
  init_segments?: boolean;
}

export interface VideoEssenceParameters extends EssenceParameters {
  /** Absent where `vfr` is true. */
  frame_rate?: Rational;
  /** Whether the frame rate varies. */
  vfr?: boolean;
  frame_width: number;
  frame_height: number;
  bit_depth?: number;
  interlace_mode?: 'progressive' | 'interlaced_tff' | 'interlaced_bff' | 'interlaced_psf';
  colorspace?: 'BT601' | 'BT709' | 'BT2020' | 'BT2100';
  transfer_characteristic?: 'SDR' | 'HLG' | 'PQ';
  aspect_ratio?: Required<Rational>;
  pixel_aspect_ratio?: Required<Rational>;
  component_type?: 'YCbCr' | 'RGB';
  horiz_chroma_subs?: number;
  vert_chroma_subs?: number;
  unc_parameters?: { unc_type: string };
  avc_parameters?: { profile: number; level: number; flags: number };
}

export interface AudioEssenceParameters extends EssenceParameters {
  sample_rate: number;
  channels: number;
  bit_depth?: number;
  codec_parameters?: { coded_frame_size?: number; mp4_oti?: number };
  unc_parameters?: { unc_type: 'interleaved' | 'planar' | 'pairs' };
}

export interface ImageEssenceParameters extends EssenceParameters {
  frame_width: number;
  frame_height: number;
  aspect_ratio?: Required<Rational>;
}

interface DataEssenceParameters extends EssenceParameters {
  data_type?: string;
}

export const FLOW_STATUSES = ['awaiting_content', 'ingesting', 'replication_in_progress', 'closed_complete'] as const;

/** Properties that a client may set on a flow of any format, besides the technical ones. */
interface FlowCommon {
  id: string;
  source_id: string;
  label?: string;
  description?: string;
  created_by?: string;
  updated_by?: string;
  tags?: Tags;
  metadata_version?: string;
  generation?: number;
  /** The client's word: the server never changes it. */
  status?: (typeof FLOW_STATUSES)[number];
  /** The profile that the technical properties were copied from. */
  profile_id?: string;
  read_only?: boolean;
  max_bit_rate?: number;
  flow_collection?: FlowCollectionItem[];
}

interface ServerManaged {
  created?: string;
  metadata_updated?: string;
}

interface TechnicalCommon {
  codec?: string;
  container?: string;
  avg_bit_rate?: number;
  segment_duration?: Rational;
  container_mapping?: ContainerMapping;
}

/** The technical properties of a flow: those that a profile gives. */
export type FlowTechnical = TechnicalCommon &
  (
    | { format: typeof Format.video; codec: string; essence_parameters: VideoEssenceParameters }
    | { format: typeof Format.audio; codec: string; essence_parameters: AudioEssenceParameters }
    | { format: typeof Format.image; codec: string; essence_parameters: ImageEssenceParameters }
    | { format: typeof Format.data; codec: string; essence_parameters: DataEssenceParameters }
    | { format: typeof Format.multi; essence_parameters?: EssenceParameters }
  );

export type FlowInput = FlowCommon & FlowTechnical;

/** A flow whose technical properties its profile gives. */
export type ProfiledFlow = FlowCommon & { profile_id: string; format?: undefined };

/**
 * A flow as it is stored. Answers add the properties that are inferred (`collected_by`), read from segments
 * (`timerange`), or changed by every segment (`segments_updated`).
 */
export type Flow = FlowInput & ServerManaged;

/** The properties that a profile gives (TAMS 8.2, `schemas/flow-technical.json`, and the format's own). */
export const TECHNICAL_PROPERTIES = [
  'format',
  'codec',
  'container',
  'avg_bit_rate',
  'segment_duration',
  'container_mapping',
  'essence_parameters',
] as const satisfies readonly (keyof FlowTechnical)[];

/** The single properties that have an address of their own below `/flows/{flowId}`. */
export type FlowProperty = 'label' | 'description' | 'read_only' | 'max_bit_rate' | 'avg_bit_rate' | 'flow_collection';

/** The way in which a single property changes. */
export interface PropertyChange {
  /** Whether a flow leaves its profile when a property differs from it; else such a change is refused. */
  readonly leavesProfile?: boolean;
}

/** The profile of a flow; undefined where a property of this name, which was free once, is no id. */
export const profileOf = ({ profile_id: id }: Flow): string | undefined => (isUuid(String(id)) ? id : undefined);

/** The status of a flow; undefined where a property of this name, which was free once, is none. */
export const statusOf = ({ status }: Flow): Flow['status'] => FLOW_STATUSES.find((each) => each === status);
