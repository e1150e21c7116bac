import type { FormatUrn } from '../documents/format.ts';
import type { CollectionItem } from '../flows/flow.ts';
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

/** A source as answers have it. */
export interface ShownSource extends Source {
  source_collection?: CollectionItem[];
  collected_by?: string[];
}

export type SourceProperty = 'label' | 'description';
