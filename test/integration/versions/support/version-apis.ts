import { expect } from 'vitest';
import { call, type CallResult } from '../../../support/http-client.ts';
import { TamsSpec } from '../../../support/tams-spec.ts';

type Version = '7.0' | '8.2';

/** Requests to one version or another; every answer of a named operation is held against the definition of its version. */
export class VersionApis {
  readonly #baseUrl: string;
  readonly #specs = { '7.0': new TamsSpec('7.0'), '8.2': new TamsSpec('8.2') };

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  /** Without a version: at the root. Nothing is checked. */
  call(version: string | undefined, method: string, path: string, json?: unknown): Promise<CallResult> {
    const base = version === undefined ? this.#baseUrl : `${this.#baseUrl}/v${version}`;
    return call(base, method, path, json === undefined ? {} : { json });
  }

  /** @param path as the definition has it, with a query; `params` are in the order of its parameters */
  async send(
    version: Version,
    status: number,
    method: string,
    path: string,
    params: readonly string[] = [],
    json?: unknown,
  ): Promise<CallResult> {
    const [template = '', query] = path.split('?', 2);
    const values = [...params];
    const url = template.replace(/\{[^}]+\}/g, () => encodeURIComponent(values.shift() ?? ''));
    const result = await this.call(version, method, query === undefined ? url : `${url}?${query}`, json);
    expect(result.status, `${method} ${url}: ${result.text}`).toBe(status);
    this.#check(version, method, template, result);
    return result;
  }

  /** A GET with its HEAD, which has the same status and headers. */
  async read(version: Version, status: number, path: string, params: readonly string[] = []): Promise<CallResult> {
    const got = await this.send(version, status, 'GET', path, params);
    const head = await this.send(version, status, 'HEAD', path, params);
    expect(head.text).toBe('');
    const headersOf = ({ headers }: CallResult) => [...headers].filter(([name]) => /^(x-paging|link)/.test(name));
    expect(headersOf(head)).toEqual(headersOf(got));
    return got;
  }

  #check(version: Version, method: string, template: string, { status, headers, json, text }: CallResult): void {
    const spec = this.#specs[version];
    const { id, responses } = spec.operation(method, template);
    const response = responses[status];
    if (response === undefined) {
      // HEADs are published without some of the errors of their GETs.
      if (method === 'HEAD' && status >= 400) return;
      throw new Error(`${id} does not declare the status ${status}`);
    }
    for (const [name, schema] of Object.entries(response.headers)) {
      const value = headers.get(name);
      if (value === null) continue;
      const read: unknown = schema['type'] === 'string' || schema['$ref'] !== undefined ? value : JSON.parse(value);
      expect(spec.faults(schema, read), `${id} ${name}: ${value}`).toEqual([]);
    }
    if (method === 'HEAD') return;
    if (status >= 400) expect(spec.faults({ $ref: 'error.json' }, json), text).toEqual([]);
    else if (response.schema !== undefined) expect(spec.faults(response.schema, json), `${id}: ${text}`).toEqual([]);
  }
}
