/** m3u8-parser brings no types: these are of what is used of it. */
declare module 'm3u8-parser' {
  export interface ByteRange {
    /** Undefined where an EXT-X-MAP begins at the beginning. */
    readonly offset?: number;
    readonly length: number;
  }

  export interface ManifestSegment {
    readonly uri: string;
    readonly discontinuity?: boolean;
    readonly byterange?: ByteRange;
    readonly map?: { readonly uri: string; readonly byterange?: ByteRange };
    readonly key?: { readonly method: string };
  }

  export interface Manifest {
    readonly endList?: boolean;
    /** Whole seconds. */
    readonly targetDuration?: number;
    readonly segments: readonly ManifestSegment[];
    readonly playlists?: readonly {
      readonly uri: string;
      readonly attributes?: { readonly BANDWIDTH?: number; readonly AUDIO?: string };
    }[];
    readonly mediaGroups?: {
      readonly AUDIO: Readonly<
        Record<string, Readonly<Record<string, { readonly default?: boolean; readonly uri?: string }>>>
      >;
    };
  }

  export class Parser {
    readonly manifest: Manifest;
    push(text: string): void;
    end(): void;
  }
}
