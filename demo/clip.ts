import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A segment of the bundled clip: a file of its own, and where it lies on the timeline. */
export interface ClipSegment {
  readonly file: string;
  /** As TAMS writes it: `[<seconds>:<nanoseconds>_<seconds>:<nanoseconds>)`. */
  readonly timerange: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** One essence of the clip, with what a flow of it says of itself. */
export interface ClipFlow {
  readonly label: string;
  readonly codec: string;
  readonly container: string;
  readonly segment_duration: { readonly numerator: number; readonly denominator: number };
  readonly essence_parameters: Readonly<Record<string, unknown>>;
  readonly segments: readonly ClipSegment[];
}

export interface Clip {
  readonly video: ClipFlow;
  readonly audio: ClipFlow;
}

/** The clip as its manifest describes it; `make-clip.sh` beside it made both. */
type Manifest = Record<keyof Clip, Omit<ClipFlow, 'segments'> & { segments: Omit<ClipSegment, 'content'>[] }>;

const folder = new URL('clip/', import.meta.url);

/** Reads the clip. Throws if a file is not the one that the manifest names. */
export async function loadClip(): Promise<Clip> {
  const manifest = JSON.parse(await readFile(new URL('clip.json', folder), 'utf8')) as Manifest;
  const load = async (flow: Manifest['video']): Promise<ClipFlow> => ({
    ...flow,
    segments: await Promise.all(
      flow.segments.map(async (segment) => {
        const content = new Uint8Array(await readFile(new URL(segment.file, folder)));
        if (sha256(content) !== segment.sha256) {
          throw new Error(`demo/clip/${segment.file} is damaged: its SHA-256 is not that of clip.json. Restore it.`);
        }
        return { ...segment, content };
      }),
    ),
  });
  return { video: await load(manifest.video), audio: await load(manifest.audio) };
}

/** Hexadecimal SHA-256. */
export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
