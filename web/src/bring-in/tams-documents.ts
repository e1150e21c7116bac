import type { Essence } from './essence.ts';

/** A flow as it is sent (TAMS 8.2). */
export interface FlowDocument {
  readonly id: string;
  readonly source_id: string;
  readonly label: string;
  readonly format: string;
  readonly status: 'ingesting' | 'closed_complete';
  readonly codec?: string;
  readonly container?: string;
  readonly segment_duration?: { readonly numerator: number; readonly denominator: number };
  readonly avg_bit_rate?: number;
  readonly max_bit_rate?: number;
  readonly essence_parameters?: Essence;
  readonly flow_collection?: readonly { readonly id: string; readonly role: string }[];
}

/** A segment as it is registered. */
export interface SegmentDocument {
  readonly object_id: string;
  readonly init_object_id: string;
  readonly timerange: string;
  readonly ts_offset: string;
  readonly last_duration?: string;
  readonly sample_count?: number;
  readonly key_frame_count?: number;
}
