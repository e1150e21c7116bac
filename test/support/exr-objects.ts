import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Api } from '../integration/behaviour/support/api.ts';
import { imageFlow } from './examples.ts';
import { attribute, channels, int, requiredAttributes, type WrittenAttribute, writeHeader } from './exr-writer.ts';
import type { CallResult } from './http-client.ts';

export interface Inspected {
  readonly file: { path: string; bucket: string | null; key: string | null; size: number; header_hash: string };
  readonly parts: readonly { compression: string; type: string; display_window: Record<string, number> }[];
  readonly channels: readonly { name: string; layer: string }[];
  readonly attributes: readonly { name: string; type: string; value: unknown }[];
  readonly stats: { bytes_read: number; reads: number } | null;
  readonly validation: { status: string } | null;
  readonly errors: readonly { message: string; type?: string; attribute?: string }[];
  readonly persistence: {
    id: string;
    outcome: string;
    rows_added: number;
    rows_updated: number;
    rows_removed: number;
    inspection_count: number;
  } | null;
}

/** A file of the fixtures, made by OpenEXR's own tools. */
export const exrFixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/exr/${name}`, import.meta.url));

/** What a renderer writes for a frame: a header of its own, and something that stands for pixels. */
export function renderedFrame(number: number, ...changes: readonly WrittenAttribute[]): Buffer {
  const named = new Set(changes.map(({ name }) => name));
  const usual = [
    attribute(
      'channels',
      'chlist',
      channels({ name: 'B' }, { name: 'G' }, { name: 'R' }, { name: 'depth.Z', type: 2 }),
    ),
    attribute('software', 'string', Buffer.from('a renderer 1.2')),
    attribute('frame', 'int', int(number)),
    attribute('timeCode', 'timecode', int(number, 0)),
  ].filter(({ name }) => !named.has(name));
  return Buffer.concat([
    writeHeader({ parts: [requiredAttributes(...usual, ...changes)] }),
    Buffer.alloc(40_000, number),
  ]);
}

/** The API of EXR metadata, and objects to inspect. */
export class ExrApi extends Api {
  /** An image flow of EXR files, of a source of its own. */
  async newExrFlow(more: Record<string, unknown> = {}): Promise<string> {
    const exr = { codec: 'image/x-exr', container: 'image/x-exr', ...more };
    const flow = imageFlow({ id: randomUUID(), source_id: randomUUID() }, exr);
    await this.must('PUT', `/flows/${flow.id}`, flow);
    return flow.id;
  }

  /** Makes objects of a flow with these contents, by id. */
  async uploadAll(flowId: string, objects: Readonly<Record<string, Uint8Array>>): Promise<void> {
    for (const { object_id, put_url } of await this.allocate(flowId, { object_ids: Object.keys(objects) })) {
      await this.write(put_url, objects[object_id]);
    }
  }

  async write(putUrl: { url: string; 'content-type'?: string }, content: Uint8Array | undefined): Promise<void> {
    const type = putUrl['content-type'];
    const response = await fetch(putUrl.url, {
      method: 'PUT',
      headers: type === undefined ? {} : { 'content-type': type },
      body: Buffer.from(content ?? []),
    });
    if (response.status !== 200) throw new Error(`the upload was answered with ${response.status}`);
  }

  inspect(objectId: string): Promise<Inspected> {
    return this.must('POST', '/exr/inspect', { object_id: objectId });
  }

  async sendBytes(bytes: Uint8Array, query = '', type = 'application/octet-stream'): Promise<CallResult> {
    const response = await fetch(`${this.baseUrl}/exr/inspect/upload${query}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from(bytes),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: JSON.parse(text) as unknown };
  }

  /** All items of a listing, and how many pages they took. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what is listed
  async counted<Item>(path: string): Promise<{ items: Item[]; pages: number }> {
    const items: Item[] = [];
    let pages = 0;
    for await (const page of this.pages<Item>(path)) {
      items.push(...page.items);
      pages += 1;
    }
    return { items, pages };
  }
}
