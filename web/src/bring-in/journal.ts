import type { CutPoint } from './cut.ts';
import type { FlowDocument, SegmentDocument } from './tams-documents.ts';
import type { FileIdentity } from './media-file.ts';

/** A segment that is uploaded, and not known to be registered. */
export interface UploadedSegment {
  readonly point: CutPoint;
  readonly body: SegmentDocument;
  readonly bytes: number;
  /** Milliseconds since 1970: the server gives an object up that is not registered in time. */
  readonly at: number;
}

/** The part of `FileSystemFileHandle` that is used; not every browser has it. */
export interface FileHandle {
  getFile(): Promise<File>;
  requestPermission?(of: { readonly mode: 'read' }): Promise<'granted' | 'denied' | 'prompt'>;
}

/** How far a track is. */
export interface TrackJournal {
  readonly name: string;
  readonly flowId: string;
  /** The object of its initialisation segment, once that is uploaded. */
  init?: { readonly objectId: string; readonly at: number };
  /** The last of the segments that are registered without a gap; the next run begins there. */
  last?: CutPoint;
  /** When it ends on the file's clock. */
  doneNs: bigint;
  /** Bytes of the segments that are registered, and the highest rate of one, in kbit/s. */
  bytes: number;
  maxBitRate: number;
  uploaded: UploadedSegment[];
}

/** The state from which a later visit goes on: it has no secret, and no URL. */
export interface Journal {
  readonly id: string;
  readonly file: FileIdentity;
  /** Which server it goes to. */
  readonly server: string;
  readonly startedAt: number;
  readonly shiftSeconds: bigint;
  readonly flows: readonly FlowDocument[];
  readonly tracks: readonly TrackJournal[];
  areFlowsMade: boolean;
  isDone: boolean;
  /** Where the browser has them, it asks for the file without the user looking for it. */
  readonly handle?: FileHandle;
}

export const isSameFile = (a: FileIdentity, b: FileIdentity): boolean =>
  a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
