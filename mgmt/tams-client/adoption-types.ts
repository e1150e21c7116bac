/** Adoptions as the API shows them (`/internal/adoptions`). */
export interface AdoptionBody {
  readonly id: string;
  readonly state: 'listing' | 'probing' | 'planned' | 'adopting' | 'done' | 'failed';
  readonly follow: boolean;
  readonly error?: string;
  readonly keys: Readonly<Record<'listed' | 'planned' | 'adopted' | 'present' | 'refused' | 'missing', number>>;
  readonly bytes: number;
}

export interface AdoptionKeyBody {
  readonly key: string;
  readonly state: string;
  readonly reason?: string;
  readonly flow_id?: string;
  readonly timerange?: string;
}
