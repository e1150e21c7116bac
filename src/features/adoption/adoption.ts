import type { Rational } from '../../tams/flows/flow.ts';
import type { Tags } from '../../tams/documents/tags.ts';
import type { FileFlow } from '../../tams/essence/file-flows.ts';

/**
 * How keys become flows: each file one flow, the numbered files of a folder one flow, the numbered EXR frames of a name one
 * flow, or the segments of an HLS playlist one flow.
 */
export const LAYOUTS = ['files', 'segments', 'frames', 'playlists'] as const;
export type Layout = (typeof LAYOUTS)[number];

export const ADOPTION_STATES = ['listing', 'probing', 'planned', 'adopting', 'done', 'failed', 'removing'] as const;
export type AdoptionState = (typeof ADOPTION_STATES)[number];

/** `present`: an object already. `missing`: a frame or segment that its neighbours lead to expect. */
export const KEY_STATES = ['listed', 'planned', 'adopted', 'present', 'refused', 'missing'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** How many keys there are by state, and the bytes of all. */
export type Counts = Record<KeyState, number> & { bytes: number };

/** The place of a key in the order of the work; two keys for one time have the same ordinal. */
export interface Place {
  readonly ordinal: bigint;
  readonly key: string;
}

export interface Adoption {
  readonly id: string;
  readonly storageId: string;
  /** A folder, without a slash at its end; empty for the whole bucket. */
  readonly prefix: string;
  readonly layout: Layout;
  /** For frames. */
  readonly frameRate: Required<Rational> | undefined;
  /** For all flows. */
  readonly tags: Tags;
  /** Whether the bytes go when nothing uses them any more. */
  readonly deleteBytes: boolean;
  /** Whether it goes on by itself when it is planned. */
  readonly starts: boolean;
  /** Whether frames of the folder that events tell of are adopted too, once it is done. */
  readonly follows: boolean;
  readonly principal: string;
  readonly state: AdoptionState;
  /** The last key that was listed. */
  readonly listedTo: string | undefined;
  /** The last key that was probed or, later, adopted. */
  readonly at: Place | undefined;
  readonly counts: Counts;
  /** Why it failed. */
  readonly error: string | undefined;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** A flow to be made of many keys. */
export interface Sequence {
  readonly number: number;
  readonly name: string;
  readonly flowId: string;
  /** Its flows, that of the segments last; undefined until its first key is probed. */
  readonly flows: readonly FileFlow[] | undefined;
  /** All keys have to be coded alike. */
  readonly coding: string | undefined;
  /** The end of the last key on the timeline, and the distance of the timeline from the media's own times. */
  readonly endNs: bigint | undefined;
  readonly offsetNs: bigint;
  /** The number of the last key. */
  readonly last: number | undefined;
}

export interface AdoptionKey extends Place {
  readonly size: number;
  /** The key of the initialisation segment that it needs. */
  readonly initKey: string | undefined;
  readonly state: KeyState;
  /** Why it was refused. */
  readonly reason: string | undefined;
  readonly flowId: string | undefined;
  readonly startNs: bigint | undefined;
  readonly endNs: bigint | undefined;
  readonly offsetNs: bigint | undefined;
  /** The flows of a key that is one by itself. */
  readonly flows: readonly FileFlow[] | undefined;
}

/** A key that an event told of, and nobody has looked into yet. */
export interface Arrival {
  readonly adoptionId: string;
  readonly key: string;
}

export const NO_COUNTS: Counts = {
  listed: 0,
  planned: 0,
  adopted: 0,
  present: 0,
  refused: 0,
  missing: 0,
  bytes: 0,
};
