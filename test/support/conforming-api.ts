import { expect } from 'vitest';
import type { Version } from '../fixtures/tams/facts.ts';
import { call, type CallOptions, type CallResult } from './http-client.ts';
import { TamsSpec } from './tams-spec.ts';

/** Headers that differ between two answers to the same request, or between GET and HEAD. */
const VOLATILE = ['date', 'x-request-id', 'content-length', 'connection', 'keep-alive', 'transfer-encoding'];

/**
 * Requests to a version of TAMS over real HTTP. Each answer is held against the published definition: its status must be
 * declared, its headers and its body valid.
 */
export class ConformingApi {
  readonly spec: TamsSpec;
  /** The ids of operations that have succeeded. */
  readonly covered = new Set<string>();
  readonly base: string;

  /** @param base the URL that the version is mounted at */
  constructor(base: string, version: Version) {
    this.base = base;
    this.spec = new TamsSpec(version);
  }

  /** @param path as the definition has it, with a query; `params` are in the order of its parameters */
  async send(
    status: number,
    method: string,
    path: string,
    params: readonly string[] = [],
    options: CallOptions = {},
  ): Promise<CallResult> {
    const [template = '', query] = path.split('?', 2);
    const values = [...params];
    const url = template.replace(/\{[^}]+\}/g, () => encodeURIComponent(values.shift() ?? ''));
    const result = await call(this.base, method, query === undefined ? url : `${url}?${query}`, options);
    expect(result.status, `${method} ${url}: ${result.text}`).toBe(status);
    this.check(method, template, result);
    return result;
  }

  /** A GET with its HEAD: the same status and headers, and no body. */
  async read(status: number, path: string, params: readonly string[] = []): Promise<CallResult> {
    const got = await this.send(status, 'GET', path, params);
    const head = await this.send(status, 'HEAD', path, params);
    expect(head.text).toBe('');
    const stable = ({ headers }: CallResult) => [...headers].filter(([name]) => !VOLATILE.includes(name));
    expect(stable(head)).toEqual(stable(got));
    return got;
  }

  check(method: string, template: string, { status, headers, json, text }: CallResult): void {
    const { spec } = this;
    const { id, responses } = spec.operation(method, template);
    const response = responses[status];
    if (response === undefined) {
      // 8.2 publishes HEADs without some of the errors of their GETs.
      if (method === 'HEAD' && status >= 400) return;
      throw new Error(`${id} does not declare the status ${status}`);
    }
    for (const [name, schema] of Object.entries(response.headers)) {
      const value = headers.get(name);
      if (value === null) continue;
      const read: unknown = schema['type'] === 'string' || schema['$ref'] !== undefined ? value : JSON.parse(value);
      expect(spec.faults(schema, read), `${id} ${name}: ${value}`).toEqual([]);
    }
    if (status < 300) this.covered.add(id);
    if (method === 'HEAD') return;
    if (status >= 400) expect(spec.faults({ $ref: 'error.json' }, json), text).toEqual([]);
    else if (response.schema !== undefined) expect(spec.faults(response.schema, json), `${id}: ${text}`).toEqual([]);
    else if (status === 204) expect(text).toBe('');
  }
}
