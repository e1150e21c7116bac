import { expect } from 'vitest';
import { call, type CallOptions, type CallResult } from '../../../support/http-client.ts';
import { testId, videoFlow } from '../../../support/examples.ts';
import { TamsSpec } from '../../../support/tams-spec.ts';

export type Version = '7.0' | '8.2';

const SPECS = { '7.0': new TamsSpec('7.0'), '8.2': new TamsSpec('8.2') };

export interface Allocation {
  object_id: string;
  put_url: { url: string; 'content-type'?: string; headers?: Record<string, string> };
  presigned?: boolean;
}

export interface Segment {
  object_id: string;
  timerange: string;
  key_frame_count?: number;
  object_timerange?: string;
  get_urls?: { url: string; label?: string }[];
  init_object?: { object_id: string; get_urls?: { url: string; label?: string }[] };
}

/** Requests to either version of one server, each answer held against the definition of its version. */
export class BothVersions {
  readonly baseUrl: string;
  #flows = 0;

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl;
  }

  /** @param template as the definition has it; its parameters take the values in order */
  async send(
    version: Version,
    method: string,
    template: string,
    params: readonly string[] = [],
    options: CallOptions & { query?: string } = {},
  ): Promise<CallResult> {
    const values = [...params];
    const path = template.replace(/\{[^}]+\}/g, () => encodeURIComponent(values.shift() ?? ''));
    const query = options.query === undefined ? '' : `?${options.query}`;
    const result = await call(`${this.baseUrl}/v${version}`, method, path + query, options);
    const response = SPECS[version].operation(method, template).responses[result.status];
    if (response === undefined) throw new Error(`${method} ${path}: ${result.status} is not declared: ${result.text}`);
    const { schema } = response as { schema?: Record<string, unknown> };
    if (schema !== undefined && method !== 'HEAD' && result.json !== undefined) {
      expect(SPECS[version].faults(schema, result.json), `${method} ${path}: ${result.text}`).toEqual([]);
    }
    return result;
  }

  async must<Answer = unknown>(status: number, ...request: Parameters<BothVersions['send']>): Promise<Answer> {
    const result = await this.send(...request);
    const [version, method, template, params = []] = request;
    expect(result.status, `${version} ${method} ${template} ${params.join(' ')}: ${result.text}`).toBe(status);
    return result.json as Answer;
  }

  /** A new video flow; `init_segments` unless told otherwise. */
  async newFlow(essence: object = { init_segments: true }, more: object = {}): Promise<string> {
    const number = ++this.#flows;
    const id = testId('flow', number);
    const flow = videoFlow({ id, source_id: testId('source', number) }, more);
    const json = { ...flow, essence_parameters: { ...flow.essence_parameters, ...essence } };
    await this.must(201, '8.2', 'PUT', '/flows/{flowId}', [id], { json });
    return id;
  }

  async allocate(flowId: string, json: object = { limit: 1 }, version: Version = '8.2'): Promise<Allocation[]> {
    const path = '/flows/{flowId}/storage';
    return (await this.must<{ media_objects: Allocation[] }>(201, version, 'POST', path, [flowId], { json }))
      .media_objects;
  }

  async newObject(flowId: string): Promise<string> {
    return (await this.allocate(flowId))[0]?.object_id ?? '';
  }

  postSegments(version: Version, flowId: string, json: object): Promise<CallResult> {
    return this.send(version, 'POST', '/flows/{flowId}/segments', [flowId], { json });
  }

  async register(version: Version, flowId: string, json: object): Promise<void> {
    const { status, text } = await this.postSegments(version, flowId, json);
    expect(status, text).toBe(201);
  }

  /** The error of a segment that is refused. */
  async refusal(version: Version, flowId: string, json: object): Promise<string> {
    const { status, text, json: error } = await this.postSegments(version, flowId, json);
    expect(status, text).toBe(400);
    return (error as { summary: string }).summary;
  }

  segments(version: Version, flowId: string, query = ''): Promise<Segment[]> {
    return this.must(200, version, 'GET', '/flows/{flowId}/segments', [flowId], { query });
  }

  object(version: Version, objectId: string, query = ''): Promise<Record<string, unknown>> {
    return this.must(200, version, 'GET', '/objects/{objectId}', [objectId], { query });
  }
}
