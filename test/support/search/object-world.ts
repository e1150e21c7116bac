import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { videoFlow } from '../examples.ts';
import { TamsClient } from '../tams-client.ts';
import { until } from '../../integration/behaviour/support/api.ts';
import { type AssetBody, SearchApi } from './search-api.ts';

/** What `POST /events/s3` answers. */
export interface EventsReport {
  readonly received: number;
  readonly queued: number;
  readonly published: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly untranscribed: number;
  readonly ignored: number;
  readonly unknown_buckets: readonly string[];
}

export interface IndexedAsset extends AssetBody {
  readonly last_error?: string;
  readonly recommended_action?: string;
  readonly engine?: string;
}

/** Removes an object from the local media store of a data directory, behind the server's back. */
export const removeObject = (dataDir: string, key: string): Promise<void> => rm(join(dataDir, 'media', key));

/** Objects in a server's local media store, put there as clients of TAMS do, and the events that tell of them. */
export class ObjectWorld {
  readonly api: SearchApi;
  readonly flowId = randomUUID();
  readonly #tams: TamsClient;
  readonly #puts = new Map<string, { url: string; type: string; key: string }>();

  private constructor(baseUrl: string) {
    this.api = new SearchApi(baseUrl);
    this.#tams = new TamsClient(baseUrl);
  }

  static async open(baseUrl: string): Promise<ObjectWorld> {
    const world = new ObjectWorld(baseUrl);
    await world.#tams.putFlow(videoFlow({ id: world.flowId, source_id: randomUUID() }));
    return world;
  }

  /** The key in the bucket `local` that a URL of its store leads to. */
  static keyOf(url: string): string {
    return decodeURIComponent(new URL(url).pathname.split('/').slice(3).join('/'));
  }

  /** Uploads an object of this id, or another content for one that is there; returns its key in the bucket `local`. */
  async put(objectId: string, content: string | Uint8Array): Promise<string> {
    let put = this.#puts.get(objectId);
    if (put === undefined) {
      const { body } = await this.#tams.allocate(this.flowId, { object_ids: [objectId] });
      const { url, 'content-type': type = '' } = body.media_objects[0]?.put_url ?? { url: '' };
      put = { url, type, key: ObjectWorld.keyOf(url) };
      this.#puts.set(objectId, put);
    }
    const { status } = await fetch(put.url, { method: 'PUT', body: content, headers: { 'content-type': put.type } });
    if (status >= 300) throw new Error(`the upload of ${objectId} was answered ${status}`);
    return put.key;
  }

  async segment(objectId: string, timerange: string): Promise<void> {
    await this.api.must('POST', `/flows/${this.flowId}/segments`, { object_id: objectId, timerange });
  }

  /** As an object store tells of what was created. */
  notify(...keys: readonly string[]): Promise<EventsReport> {
    return this.#tell('ObjectCreated:Put', keys);
  }

  notifyOfRemoval(...keys: readonly string[]): Promise<EventsReport> {
    return this.#tell('ObjectRemoved:Delete', keys);
  }

  #tell(eventName: string, keys: readonly string[]): Promise<EventsReport> {
    const Records = keys.map((key) => ({
      eventVersion: '2.1',
      eventName,
      s3: { bucket: { name: 'local' }, object: { key: encodeURIComponent(key).replaceAll('%20', '+'), size: 1 } },
    }));
    return this.api.must('POST', '/events/s3', { Records });
  }

  async asset(key: string): Promise<IndexedAsset | undefined> {
    const path = `/search/assets?bucket=local&key_prefix=${encodeURIComponent(key)}`;
    const found = await this.api.get<IndexedAsset[]>(path);
    return found.find((asset) => asset.key === key);
  }

  /** Waits until the asset is as wanted. */
  async becomes(key: string, wanted: Partial<IndexedAsset>): Promise<IndexedAsset> {
    let latest: IndexedAsset | undefined;
    try {
      return await until(async () => {
        latest = await this.asset(key);
        const isSo = Object.entries(wanted).every(([name, value]) => latest?.[name as keyof IndexedAsset] === value);
        return isSo ? latest : undefined;
      });
    } catch (error) {
      throw new Error(`the asset stays ${JSON.stringify(latest)}`, { cause: error });
    }
  }
}

export const vtt = (...lines: readonly string[]): string =>
  [
    'WEBVTT',
    ...lines.map(
      (line, index) =>
        `00:00:${String(index * 6).padStart(2, '0')}.000 --> 00:00:${String(index * 6 + 2).padStart(2, '0')}.000\n${line}`,
    ),
  ].join('\n\n');
