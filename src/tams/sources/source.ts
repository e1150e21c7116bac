import type { FormatUrn } from '../documents/format.ts';
import type { Tags } from '../documents/tags.ts';

/** A source as it is stored (TAMS 7.0, `schemas/source.json`); answers add its inferred collections. */
export interface Source {
  id: string;
  format: FormatUrn;
  label?: string;
  description?: string;
  created_by?: string;
  updated_by?: string;
  created?: string;
  updated?: string;
  tags?: Tags;
}

export type SourceProperty = 'label' | 'description';
