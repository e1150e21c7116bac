import type { ObjectBeginning } from '../../media/media-source.ts';
import type { FileFlow } from '../../tams/essence/file-flows.ts';
import type { AdoptionKey } from './adoption.ts';

/** The media in a key. */
export interface Probed {
  /** The flows of it alone, that with the segment last. */
  readonly flows: readonly FileFlow[];
  /** All keys of a flow have the same. */
  readonly coding: string;
  /** Times by its own clock; frames have none. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Segments that are less than this apart meet. */
  readonly frameNs: bigint;
  /** In bytes, where the look tells. */
  readonly size?: number;
  /** For features that would read the object again. */
  readonly beginning?: ObjectBeginning;
}

/** Looks into the bytes of a key. @throws Refused where it cannot be adopted, and what the media store throws */
export type Probe = (key: Pick<AdoptionKey, 'key' | 'size'> & Partial<Pick<AdoptionKey, 'initKey'>>) => Promise<Probed>;
