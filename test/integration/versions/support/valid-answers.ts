import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Version } from '../../../fixtures/tams/facts.ts';
import { ConformingApi } from '../../../support/conforming-api.ts';
import { call, type CallResult } from '../../../support/http-client.ts';
import { A_WEBHOOK, type RandomRequest } from './random-requests.ts';

const FLOW_PARTS = ['tags', 'flow_collection', 'label', 'description', 'read_only', 'max_bit_rate', 'avg_bit_rate'];
const SORTED = ['sort_by=label', 'sort_by=created&reverse_order=true', 'collected_by_ids=', 'tag.site=a,b'];

/** Both versions of a server. Every answer has to be valid in its version; refusals are fine, failures are not. */
export class ValidAnswers {
  /** How many were held against a definition. */
  count = 0;
  readonly #apis: Readonly<Record<Version, ConformingApi>>;
  /** The webhooks that 8.2 made, the latest first. */
  readonly #webhooks: string[] = [randomUUID()];

  constructor(baseUrl: string) {
    const apiOf = (version: Version) => new ConformingApi(`${baseUrl}/v${version}`, version);
    this.#apis = { '7.0': apiOf('7.0'), '8.2': apiOf('8.2') };
  }

  async send({ version, method, path, params, json }: RandomRequest): Promise<CallResult> {
    const [template = '', query] = path.split('?', 2);
    const webhook = this.#webhooks[0] ?? '';
    const values = params.map((value) => (value === A_WEBHOOK ? webhook : value));
    const body = JSON.parse(JSON.stringify({ json }).replaceAll(A_WEBHOOK, webhook)) as { json?: unknown };
    const url = template.replace(/\{[^}]+\}/g, () => encodeURIComponent(values.shift() ?? ''));
    const api = this.#apis[version];
    const result = await call(api.base, method, query === undefined ? url : `${url}?${query}`, body);
    const operation = api.spec.operation(method, template);
    expect(result.status, `${version} ${method} ${url}: ${result.text}`).toBeLessThan(500);
    // Errors that the definition does not declare have the one form all the same.
    const isDeclared = result.status < 400 || operation.responses[result.status] !== undefined;
    if (isDeclared) api.check(method, template, result);
    this.count += 1;
    if (template === '/service/webhooks' && method === 'POST' && version === '8.2' && result.status === 201) {
      this.#webhooks.unshift((result.json as { id: string }).id);
    }
    return result;
  }

  /** Reads all listings, and all that they name. @returns how many flows there are */
  async readAll(version: Version, objects: readonly string[]): Promise<number> {
    const read = (path: string, ...params: string[]) => this.send({ version, method: 'GET', path, params });
    const idsOf = async (path: string): Promise<string[]> => {
      const { json } = await read(path);
      return (json as { id?: string }[]).flatMap(({ id }) => id ?? []);
    };
    await read('/');
    await read('/service');
    await read('/service/storage-backends');
    await read('/service/webhooks');
    for (const id of await idsOf('/flow-delete-requests')) await read('/flow-delete-requests/{request-id}', id);
    for (const id of await idsOf('/sources?limit=100')) {
      await read('/sources/{sourceId}', id);
      for (const part of ['tags', 'label', 'description']) await read(`/sources/{sourceId}/${part}`, id);
      await read('/sources/{sourceId}/tags/{name}', id, 'site');
    }
    const flows = await idsOf('/flows?limit=100&include_timerange=true');
    for (const id of flows) {
      await read('/flows/{flowId}?include_timerange=true', id);
      for (const part of FLOW_PARTS) await read(`/flows/{flowId}/${part}`, id);
      await read('/flows/{flowId}/tags/{name}', id, 'site');
      const own = version === '8.2' ? '&include_object_timerange=true' : '';
      await read(`/flows/{flowId}/segments?verbose_storage=true${own}`, id);
    }
    for (const id of objects) await read('/objects/{objectId}', id);
    if (version === '8.2') {
      for (const query of SORTED) for (const path of ['/flows', '/sources']) await read(`${path}?limit=3&${query}`);
      await read('/flow-delete-requests?sort_by=expiry');
      await read('/flows?sort_by=metadata_updated&init_segments=true');
      for (const id of await idsOf('/service/profiles')) await read('/service/profiles/{profileId}', id);
      for (const id of await idsOf('/service/webhooks')) {
        await read('/service/webhooks/{webhookId}', id);
      }
    }
    return flows.length;
  }
}
