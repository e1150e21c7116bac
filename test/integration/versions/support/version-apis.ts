import { ConformingApi } from '../../../support/conforming-api.ts';
import { call, type CallResult } from '../../../support/http-client.ts';
import type { Version } from '../../../fixtures/tams/facts.ts';

/** Requests to one version or another; every answer of a named operation is held against the definition of its version. */
export class VersionApis {
  readonly #baseUrl: string;
  readonly #apis: Readonly<Record<Version, ConformingApi>>;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
    this.#apis = {
      '7.0': new ConformingApi(`${baseUrl}/v7.0`, '7.0'),
      '8.2': new ConformingApi(`${baseUrl}/v8.2`, '8.2'),
    };
  }

  /** Without a version: at the root. Nothing is checked. */
  call(version: string | undefined, method: string, path: string, json?: unknown): Promise<CallResult> {
    const base = version === undefined ? this.#baseUrl : `${this.#baseUrl}/v${version}`;
    return call(base, method, path, json === undefined ? {} : { json });
  }

  /** @param path as the definition has it, with a query; `params` are in the order of its parameters */
  send(
    version: Version,
    status: number,
    method: string,
    path: string,
    params: readonly string[] = [],
    json?: unknown,
  ): Promise<CallResult> {
    return this.#apis[version].send(status, method, path, params, json === undefined ? {} : { json });
  }

  /** A GET with its HEAD, which has the same status and headers. */
  read(version: Version, status: number, path: string, params: readonly string[] = []): Promise<CallResult> {
    return this.#apis[version].read(status, path, params);
  }
}
