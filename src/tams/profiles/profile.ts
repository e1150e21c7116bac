import type { Format, FormatUrn } from '../documents/format.ts';
import type { Tags } from '../documents/tags.ts';
import type { FlowTechnical } from '../flows/flow.ts';

/** A profile as a client sends it. */
export interface ProfileInput {
  id: string;
  label?: string;
  description?: string;
  created_by?: string;
  tags?: Tags;
  flow_metadata: FlowMetadata;
}

/** Technical properties that many flows share (TAMS 8.2, `schemas/profile.json`). Profiles are never changed. */
export interface Profile extends ProfileInput {
  created: string;
}

/** The technical properties of a flow of a single essence. */
export type FlowMetadata = Exclude<FlowTechnical, { format: typeof Format.multi }>;

/** Filters of `GET /service/profiles`; all of them must hold. */
export interface ProfileFilter {
  readonly label: string | undefined;
  readonly format: FormatUrn | undefined;
  readonly codec: string | undefined;
}
