/** The parts of the API's requests and answers that these commands use (TAMS, the schemas of the same names). */

export interface SegmentBody {
  readonly object_id: string;
  /** From TAMS 8.2 on. */
  readonly init_object_id?: string;
  readonly timerange: string;
  readonly ts_offset?: string;
  readonly last_duration?: string;
  readonly sample_offset?: number;
  readonly sample_count?: number;
  readonly key_frame_count?: number;
}

interface ObjectUrl {
  readonly url: string;
  readonly label?: string;
}

export interface ListedSegment extends SegmentBody {
  readonly get_urls?: readonly ObjectUrl[];
  /** From TAMS 8.2 on. */
  readonly init_object?: { readonly object_id: string; readonly get_urls?: readonly ObjectUrl[] };
}

export interface AllocatedObject {
  readonly object_id: string;
  readonly put_url: {
    readonly url: string;
    readonly 'content-type'?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

export interface FailedSegment {
  readonly object_id: string;
  readonly timerange: string;
  readonly error?: { readonly type?: string; readonly summary?: string };
}

export interface FlowBody extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly source_id: string;
  readonly format: string;
  readonly codec?: string;
  readonly container?: string;
  readonly flow_collection?: readonly { readonly id: string; readonly role?: string }[];
}
