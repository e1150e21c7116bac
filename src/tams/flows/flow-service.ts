import { isDeepStrictEqual } from 'node:util';
import type { DeletionRequest } from '../deletion/deletion.ts';
import type { FlowFilter } from '../documents/filters.ts';
import type { Flow, FlowCollectionItem, FlowInput, FlowProperty, ProfiledFlow, PropertyChange } from './flow.ts';
import { checkDocument, checkMembers, type DocumentLimits } from '../documents/document-limits.ts';
import { checkFlowRules, leaveProfile, withProfile } from './flow-rules.ts';
import type { JsonText, Page, PageRequest } from '../../shared/paging.ts';
import { removeTag, setTag, tagOf, type Tags, type TagValue } from '../documents/tags.ts';
import { AppError } from '../../shared/errors.ts';
import { isOthers } from '../access/others-ids.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { flowScope, publishDeletion, publishFlow, publishSource, sourceScope } from '../webhooks/event-publishing.ts';
import { flowNotFound, flowReadOnly, stillHolds, writableFlow } from './flow-access.ts';
import { checkCollection, leaveCollections } from './flow-collections.ts';
import { flowToKeep, stampMetadata } from './flow-metadata.ts';
import { showFlow, showFlowDocument } from './flow-text.ts';
import type { KeptFlows, ShowFlow } from './kept-flows.ts';
import { hullOf } from '../segments/segment.ts';
import { fromJson, withProperties } from '../../shared/json-text.ts';
import type { SegmentDeletion } from '../deletion/segment-deletion.ts';
import { dropSourceWithoutFlows, ensureSource } from '../sources/source-lifecycle.ts';
import type { FlowDocument, FlowState } from './flow-state.ts';
import type { StoreTransaction, VastStore } from '../vast-store.ts';

type FlowPropertyValue = string | boolean | number | FlowCollectionItem[];

/** TAMS 7.0, `/flows` without segments and storage. */
export class FlowService {
  readonly #store: VastStore;
  readonly #deletion: SegmentDeletion;
  readonly #limits: DocumentLimits;
  readonly #kept: KeptFlows;

  constructor(store: VastStore, deletion: SegmentDeletion, limits: DocumentLimits, kept: KeptFlows) {
    this.#store = store;
    this.#deletion = deletion;
    this.#limits = limits;
    this.#kept = kept;
  }

  async list(filter: FlowFilter, page: PageRequest): Promise<Page<JsonText>> {
    const { items, ...rest } = await this.#store.flows.list(filter, page);
    return { items: items.map(showFlow), ...rest };
  }

  /** @param within shows the range of the flow's segments, as far as it lies in this one (`include_timerange`) */
  async get(id: string, within?: TimeRange): Promise<JsonText> {
    const flow = showFlow(await this.#find(id));
    if (within === undefined) return flow;
    const ends = await this.#store.segments.ends(id, within);
    const content = ends === undefined ? TimeRange.EMPTY : hullOf(ends.first, ends.last).intersect(within);
    return withProperties(flow, `"timerange":"${content.toString()}"`);
  }

  /** As `get`, in a version of TAMS; at once where it was shown before, and nothing was committed since. */
  shown(id: string, show: ShowFlow): JsonText | Promise<JsonText> {
    const dataVersion = this.#store.dataVersion();
    if (dataVersion === undefined) return this.get(id).then(show);
    return this.#kept.get(id, show, dataVersion) ?? this.#show(id, show, dataVersion);
  }

  async exists(id: string): Promise<void> {
    await this.#find(id);
  }

  /**
   * Creates or replaces a flow.
   *
   * @param read the flow to keep, made of the present one
   */
  put(
    id: string,
    read: (present: Flow | undefined) => FlowInput | ProfiledFlow,
    principal: string,
  ): Promise<{ created: boolean; flow: JsonText }> {
    return this.#store.transaction((tx) => this.putIn(tx, id, read, principal));
  }

  /** As `put`, in a transaction of the caller. */
  async putIn(
    tx: StoreTransaction,
    id: string,
    read: (present: Flow | undefined) => FlowInput | ProfiledFlow,
    principal: string,
  ): Promise<{ created: boolean; flow: JsonText }> {
    const state = await tx.flows.state(id);
    if (state === undefined && (await isOthers(tx, 'flow', id))) throw flowNotFound(id);
    if (state?.readOnly === true) throw flowReadOnly(id);
    const found = state === undefined ? undefined : await tx.flows.find(id);
    const present = found === undefined ? undefined : fromJson(found.document);
    const input = await withProfile(tx, read(present));
    checkFlowRules(input);
    checkDocument('flow', input, this.#limits, present);
    checkMembers(input.flow_collection ?? [], present?.flow_collection);
    await checkCollection(tx, input.id, input.flow_collection ?? []);
    if (state === undefined || present === undefined) {
      return { created: true, flow: await this.#create(tx, input, principal) };
    }
    return { created: false, flow: await this.#replace(tx, state, present, input, principal) };
  }

  /**
   * The deletion request that continues it, or undefined when it is done.
   *
   * @param isDue whether the flow as it is now is deleted; without it, it is
   */
  async delete(
    id: string,
    principal: string,
    isDue?: (flow: FlowDocument) => boolean,
  ): Promise<DeletionRequest | undefined> {
    return this.#deletion.run(async (tx) => {
      const flow = await writableFlow(tx, id);
      if (!(await stillHolds(tx, id, isDue))) return undefined;
      const scope = await flowScope(tx, id, flow.sourceId);
      const memberships = await leaveCollections(tx, id, principal);
      const deletion = this.#deletion.begin(principal);
      const request = await this.#deletion.deleteFlow(tx, flow, deletion, memberships);
      await publishDeletion(tx, 'flows/deleted', scope);
      await dropSourceWithoutFlows(tx, scope, deletion);
      return request;
    });
  }

  async getTags(id: string): Promise<Tags> {
    return (await this.#load(id)).tags ?? {};
  }

  async getTag(id: string, name: string): Promise<TagValue> {
    return tagOf(await this.getTags(id), name, `flow ${id}`);
  }

  /** @param valueOf the value to keep, made of the present one */
  putTag(
    id: string,
    name: string,
    valueOf: (present: TagValue | undefined) => TagValue,
    principal: string,
  ): Promise<void> {
    return this.#change(id, principal, (flow) => {
      setTag(flow, name, valueOf);
    });
  }

  deleteTag(id: string, name: string, principal: string): Promise<void> {
    return this.#change(id, principal, (flow) => {
      removeTag(flow, name, `flow ${id}`);
    });
  }

  /** Throws `not_found` for a property that is not set, unless it has a meaning then. */
  async getProperty(id: string, property: FlowProperty): Promise<FlowPropertyValue> {
    const flow = await this.#load(id);
    if (property === 'read_only') return flow.read_only ?? false;
    if (property === 'flow_collection') return flow.flow_collection ?? [];
    const value = flow[property];
    if (value === undefined) throw new AppError('not_found', `flow ${id} has no ${property}`);
    return value;
  }

  putProperty(
    id: string,
    property: FlowProperty,
    value: FlowPropertyValue,
    principal: string,
    options?: PropertyChange,
  ): Promise<void> {
    const set = (flow: Flow): void => {
      leaveProfile(flow, property, value, options?.leavesProfile === true);
      Object.assign(flow, { [property]: value });
    };
    if (property !== 'flow_collection') return this.#change(id, principal, set, property === 'read_only');
    return this.#change(id, principal, async (flow, tx) => {
      checkMembers(value as FlowCollectionItem[], flow.flow_collection);
      await checkCollection(tx, id, value as FlowCollectionItem[]);
      set(flow);
    });
  }

  deleteProperty(id: string, property: FlowProperty, principal: string, options?: PropertyChange): Promise<void> {
    return this.#change(id, principal, (flow) => {
      leaveProfile(flow, property, undefined, options?.leavesProfile === true);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the property is one of a closed set
      delete flow[property];
    });
  }

  async #show(id: string, show: ShowFlow, dataVersion: number): Promise<JsonText> {
    const flow = await this.#find(id);
    return this.#kept.shown(flow, show, dataVersion, () => show(showFlow(flow)));
  }

  async #find(id: string): Promise<FlowDocument> {
    const flow = await this.#store.flows.find(id);
    if (flow === undefined) throw flowNotFound(id);
    return flow;
  }

  async #load(id: string): Promise<Flow> {
    return fromJson((await this.#find(id)).document);
  }

  async #create(tx: StoreTransaction, input: FlowInput, principal: string): Promise<JsonText> {
    if ((await tx.flows.deletingState(input.id)) !== undefined) {
      throw new AppError('flow_being_deleted', `flow ${input.id} is being deleted; try again when that is done`);
    }
    const flow = flowToKeep(input, undefined, principal);
    const isFirstOfSource = await ensureSource(tx, flow);
    await tx.flows.insert(flow);
    if (isFirstOfSource) await publishSource(tx, 'sources/created', flow.source_id);
    await publishFlow(tx, 'flows/created', flow.id, flow.source_id);
    return showFlowDocument(JSON.stringify(flow));
  }

  async #replace(
    tx: StoreTransaction,
    state: FlowState,
    present: Flow,
    input: FlowInput,
    principal: string,
  ): Promise<JsonText> {
    const flow = flowToKeep(input, present, principal);
    const left = state.sourceId === flow.source_id ? undefined : await sourceScope(tx, state.sourceId);
    const isFirstOfSource = await ensureSource(tx, flow, left === undefined);
    await tx.flows.replace(state, present, flow);
    if (isFirstOfSource) await publishSource(tx, 'sources/created', flow.source_id);
    await publishFlow(tx, 'flows/updated', flow.id, flow.source_id);
    if (left !== undefined) await dropSourceWithoutFlows(tx, left, this.#deletion.begin(principal));
    return showFlowDocument(JSON.stringify(flow));
  }

  /** A change that changes nothing emits no event: a receiver that tags on `flows/updated` would loop. */
  #change(
    id: string,
    principal: string,
    change: (flow: Flow, tx: StoreTransaction) => void | Promise<void>,
    evenReadOnly = false,
  ): Promise<void> {
    return this.#store.transaction(async (tx) => {
      const state = await tx.flows.state(id);
      const found = await tx.flows.find(id);
      if (state === undefined || found === undefined) throw flowNotFound(id);
      if (state.readOnly && !evenReadOnly) throw flowReadOnly(id);
      const [before, flow] = [fromJson(found.document), fromJson(found.document)];
      await change(flow, tx);
      if (isDeepStrictEqual(flow, before)) return;
      if (!evenReadOnly) checkDocument('flow', flow, this.#limits, before);
      stampMetadata(flow, principal);
      await tx.flows.replace(state, before, flow);
      await publishFlow(tx, 'flows/updated', id, flow.source_id);
    });
  }
}
