import { call, type CallResult } from '../http-client.ts';
import { Api } from '../../integration/behaviour/support/api.ts';

export interface AssetBody {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly status: string;
  readonly triage_state: string;
  readonly current_version_id?: string;
  readonly link?: { readonly flow_id: string; readonly source_id?: string; readonly offset: string };
}

export interface VersionBody {
  readonly id: string;
  readonly asset_id: string;
  readonly status: string;
  readonly publish_state: string;
  readonly language?: string;
  readonly segments?: number;
  readonly embeddings?: number;
}

export interface TranscriptBody {
  readonly version_id: string;
  readonly language?: string;
  readonly segments: readonly {
    readonly id: string;
    readonly start_ms: number;
    readonly end_ms: number;
    readonly timerange: string;
    readonly text: string;
    readonly speaker?: string;
  }[];
}

export interface Hit {
  readonly score: number;
  readonly asset: { readonly id: string; readonly bucket: string; readonly key: string };
  readonly version_id: string;
  readonly segment_id: string;
  readonly text: string;
  readonly snippet: { readonly text: string; readonly highlights: readonly { start: number; end: number }[] };
  readonly speaker?: string;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly timerange: string;
  readonly flow?: {
    readonly flow_id: string;
    readonly source_id?: string;
    readonly timerange: string;
    readonly segments_url: string;
  };
}

export interface Answer {
  readonly type: string;
  readonly fusion?: string;
  readonly model?: string;
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
  readonly hits: readonly Hit[];
}

/** Cues of five seconds, each with a pause behind it, so that each becomes a segment of its own. */
export const cuesOf = (texts: readonly string[], speaker?: string): object[] =>
  texts.map((text, index) => ({ start_ms: index * 10_000, end_ms: index * 10_000 + 5_000, text, speaker }));

/** Media search as tests speak to it. */
export class SearchApi extends Api {
  asset(key: string, more: object = {}): Promise<AssetBody> {
    return this.must('POST', '/search/assets', { bucket: 'media', key, ...more });
  }

  putText(path: string, type: string, body: string): Promise<CallResult> {
    return call(this.baseUrl, 'PUT', path, { body, headers: { 'content-type': type } });
  }

  /** Makes these texts what is said in the asset. */
  say(
    assetId: string,
    texts: readonly string[],
    more: { speaker?: string; language?: string } = {},
  ): Promise<VersionBody> {
    const { speaker, language } = more;
    return this.must('PUT', `/search/assets/${assetId}/transcript`, { language, segments: cuesOf(texts, speaker) });
  }

  search(query: Readonly<Record<string, string | number>>): Promise<Answer> {
    const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return this.get(`/search?${text.join('&')}`);
  }
}
