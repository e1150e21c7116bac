import type { VastStore } from '../../../tams/vast-store.ts';
import type { TamsLink } from '../rules/asset.ts';
import { TimeRange } from '../../../shared/time/timerange.ts';

/** Finds where an object of TAMS lies on a timeline, by the storage path that was made for it. */
export class TamsLinks {
  readonly #store: Pick<VastStore, 'objects' | 'segments' | 'flows'>;
  readonly #storageIds: Readonly<Record<string, string>>;

  /** @param storageIds ids of the storage backends, by the names of their buckets. */
  constructor(store: Pick<VastStore, 'objects' | 'segments' | 'flows'>, storageIds: Readonly<Record<string, string>>) {
    this.#store = store;
    this.#storageIds = storageIds;
  }

  /**
   * The first flow, by id, that uses the object, and where its first segment with it starts; `'unused'` where no
   * segment uses it yet, undefined where the object is none of TAMS. A segment that uses the object from its middle on
   * is taken as if from its start: a client can set another link. At most five queries.
   */
  async find(bucket: string, key: string): Promise<TamsLink | 'unused' | undefined> {
    const storageId = this.#storageIds[bucket];
    if (storageId === undefined) return undefined;
    const objectId = (await this.#store.objects.findAt({ storageId, storagePath: key }))?.id;
    if (objectId === undefined) return undefined;
    const [flowId] = (await this.#store.segments.flowsUsing({ id: objectId }, { limit: 1 })).items;
    if (flowId === undefined) return 'unused';
    const before = await this.#store.flows.state(flowId);
    const query = { timerange: TimeRange.EVERYTHING, objectId, reverse: false };
    const [segment] = (await this.#store.segments.page(flowId, query, { limit: 1 })).items;
    const flow = await this.#store.flows.state(flowId);
    // Either may have been deleted meanwhile, and the id may be another flow's by now.
    if (segment === undefined || flow === undefined || flow.life !== before?.life) return 'unused';
    return { flowId, flowLife: flow.life, sourceId: flow.sourceId, offsetNs: segment.startNs };
  }
}
