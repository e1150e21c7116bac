import { randomBytes } from 'node:crypto';
import type { MediaStore, MediaStoreRegistry } from '../../media/media-store.ts';
import { AppError } from '../../shared/errors.ts';
import { checkLength, type DocumentLimits } from '../documents/document-limits.ts';
import { containerOf } from '../flows/flow-access.ts';
import type { ExternalUrl, ObjectLocation } from '../segments/segment.ts';
import type { InstanceJob } from './instance-job.ts';
import { isSamePlace, packLocations, unpackLocations } from './object-location.ts';
import type { FlowState } from '../flows/flow-state.ts';
import type { StoredObject } from './media-object.ts';
import type { StoreTransaction, VastStore } from '../vast-store.ts';

/** Which instance: the one in a storage backend, or the one with a label. */
export type InstanceSelection = { readonly storageId: string } | { readonly label: string };

export interface InstanceOptions {
  /** Labels of the storage backends. */
  readonly labels: ReadonlySet<string>;
  readonly limits: DocumentLimits;
  /** Copies that may wait, of all principals and of each. */
  readonly copiesMax: number;
  readonly copiesPerPrincipalMax: number;
  /** After this the bytes of a deleted instance go: no URL that was signed for them is valid any more. */
  readonly removalDelayMs: number;
  /** Called when there is a new copy to make. */
  readonly onCopy: () => void;
}

/** Seconds after which a client may try again when too many copies wait. */
const RETRY_AFTER_S = 60;

/** Instances of objects (TAMS 8.2, `/objects/{objectId}/instances`; docs/adr/0033-copies-between-stores.md). */
export class InstanceService {
  readonly #store: VastStore;
  readonly #media: MediaStoreRegistry;
  readonly #known: MediaStoreRegistry;
  readonly #options: InstanceOptions;

  /** @param known backends that the principal has any right on; on those of `media` it has that of the operation */
  constructor(store: VastStore, media: MediaStoreRegistry, known: MediaStoreRegistry, options: InstanceOptions) {
    this.#store = store;
    this.#media = media;
    this.#known = known;
    this.#options = options;
  }

  /** Accepts a copy to a storage backend. It survives a restart, and is shown when its bytes are there. */
  async copy(objectId: string, storageId: string, principal: string): Promise<void> {
    this.#checkRight(storageId);
    const target = this.#media.get(storageId);
    if (target === undefined) {
      const problem = `body/storage_id: there is no storage backend ${storageId}; see /service/storage-backends`;
      throw new AppError('unknown_storage_backend', problem, { field: 'storage_id' });
    }
    await this.#store.transaction(async (tx) => {
      const object = await registered(tx, objectId);
      const [user, copies] = await Promise.all([userOf(tx, object), tx.instanceJobs.copiesOf(objectId)]);
      const locations = unpackLocations(object.locations);
      if (locations.some((location) => location.storageId === storageId)) {
        fail('storage_id', `the object has an instance in storage backend ${storageId}`);
      }
      if (copies.some((copy) => copy.storageId === storageId)) {
        fail('storage_id', `a copy of the object to storage backend ${storageId} is under way`);
      }
      checkLength('instances', locations.length + copies.length + 1, this.#options.limits);
      await this.#checkWaiting(tx, principal);
      // Two that accept a copy, or a reclaim beside this, write the row too.
      await tx.objects.use([object]);
      await tx.instanceJobs.add(newCopy(object, target, user, principal));
    });
    this.#options.onCopy();
  }

  /** Adds an instance outside of this store's control. */
  async register(objectId: string, { url, label }: Required<ExternalUrl>): Promise<void> {
    const protocol = URL.parse(url)?.protocol;
    if (protocol !== 'http:' && protocol !== 'https:') fail('url', 'must be an absolute http or https URL');
    if (label === '') fail('label', 'must not be empty');
    // No request could name it.
    if (!label.isWellFormed()) fail('label', 'must be well-formed Unicode');
    if (this.#options.labels.has(label)) fail('label', `"${label}" belongs to a storage backend of this service`);
    await this.#store.transaction(async (tx) => {
      const object = await registered(tx, objectId);
      await mustWriteFirstFlow(tx, object);
      if (object.externalUrls.some((present) => present.label === label)) {
        fail('label', `the object has an instance with the label "${label}"`);
      }
      const externalUrls = [...object.externalUrls, { url, label }];
      this.#checkSize(object, externalUrls);
      await tx.places.change(object, { locations: object.locations, externalUrls });
    });
  }

  /** Deletes an instance, and has its bytes deleted where this store has them. */
  async delete(objectId: string, selection: InstanceSelection, principal: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const object = await registered(tx, objectId);
      await mustWriteFirstFlow(tx, object);
      const location = this.#locationOf(tx, object, selection);
      if (location !== undefined) this.#checkRight(location.storageId);
      const locations = unpackLocations(object.locations).filter(
        (each) => location === undefined || !isSamePlace(each, location),
      );
      const isOther = ({ label }: ExternalUrl): boolean => !('label' in selection) || label !== selection.label;
      const externalUrls = location === undefined ? object.externalUrls.filter(isOther) : object.externalUrls;
      if (location === undefined && externalUrls.length === object.externalUrls.length) {
        throw new AppError('not_found', 'the object has no such instance');
      }
      if (locations.length + externalUrls.length === 0) {
        const problem = 'this is the last instance of the object: delete the segments that use it instead';
        throw new AppError('invalid_instance', problem);
      }
      await tx.places.change(object, { locations: packLocations(locations), externalUrls });
      if (location !== undefined && !isSamePlace(location, object.adoptedAt)) {
        await tx.instanceJobs.add(this.#removal(objectId, location, principal));
      }
    });
  }

  /** The instance that this store has; those have the labels of their storage backends. */
  #locationOf(
    { classes }: StoreTransaction,
    { locations }: StoredObject,
    selection: InstanceSelection,
  ): ObjectLocation | undefined {
    return unpackLocations(locations).find(({ storageId }) =>
      'storageId' in selection
        ? storageId === selection.storageId && (classes === undefined || this.#known.get(storageId) !== undefined)
        : this.#known.get(storageId)?.backend.label === selection.label,
    );
  }

  #checkRight(storageId: string): void {
    if (this.#media.get(storageId) !== undefined || this.#known.get(storageId) === undefined) return;
    const problem = `your classes do not let you do this in storage backend ${storageId}`;
    throw new AppError('insufficient_rights', problem, { field: 'storage_id' });
  }

  #removal(objectId: string, location: ObjectLocation, principal: string): InstanceJob {
    const createdMs = Date.now();
    const dueMs = createdMs + this.#options.removalDelayMs;
    return { ...location, objectId, task: 'remove', createdMs, dueMs, attempts: 0, principal };
  }

  async #checkWaiting(tx: StoreTransaction, principal: string): Promise<void> {
    const { copiesMax, copiesPerPrincipalMax } = this.#options;
    const { total, ofPrincipal } = await tx.instanceJobs.waiting(principal);
    if (ofPrincipal >= copiesPerPrincipalMax) {
      throw tooManyCopies(
        `${ofPrincipal} copies of yours wait, and that is the most (INSTANCE_COPIES_PER_PRINCIPAL_MAX)`,
      );
    }
    if (total >= copiesMax) throw tooManyCopies(`${total} copies wait, and that is the most (INSTANCE_COPIES_MAX)`);
  }

  #checkSize(object: StoredObject, externalUrls: readonly ExternalUrl[]): void {
    const { limits } = this.#options;
    checkLength('instances', unpackLocations(object.locations).length + externalUrls.length, limits);
    const bytes = Buffer.byteLength(JSON.stringify(externalUrls));
    if (bytes <= limits.maxBytes) return;
    const problem = `the URLs of the object have ${bytes} bytes; ${limits.maxBytes} are the most (DOCUMENT_MAX_BYTES)`;
    throw new AppError('document_too_large', `body/url: ${problem}`, { field: 'url' });
  }
}

/** The object, which segments use or used lately. */
async function registered(tx: StoreTransaction, objectId: string): Promise<StoredObject> {
  const object = (await tx.objects.findMany([objectId])).get(objectId);
  if (object?.referenced === true) return object;
  throw new AppError('not_found', 'there is no media object of this id');
}

/** A flow that uses the object, in whatever view. Without any, the object is about to be reclaimed. */
async function userOf({ unlimited }: StoreTransaction, object: StoredObject): Promise<FlowState> {
  const { items } = await unlimited.segments.flowsUsing(object, { limit: 1 });
  const flow = items[0] === undefined ? undefined : await unlimited.flows.state(items[0]);
  if (flow !== undefined) return flow;
  throw new AppError('not_found', 'no segment uses this media object any more');
}

/**
 * Others' segments show what is written here. So a principal that classes limit has the right on the flow that the object
 * was made for, while there is that flow, and not just on one that uses the object too (TAMS, AppNote 0018). A copy is
 * the same as what it is made of: for that, any flow will do.
 */
async function mustWriteFirstFlow(tx: StoreTransaction, { firstFlow, firstLife }: StoredObject): Promise<void> {
  if (tx.classes === undefined) return;
  if ((await tx.flows.state(firstFlow))?.life === firstLife) return;
  if ((await tx.unlimited.flows.state(firstFlow))?.life !== firstLife) return;
  const problem = 'the object was made for a flow that your classes do not let you change';
  throw new AppError('insufficient_rights', problem);
}

/** The nonce: no path is ever used twice, and the object may have had an instance there today. */
function newCopy(object: StoredObject, target: MediaStore, user: FlowState, principal: string): InstanceJob {
  const allocatedAt = new Date();
  const { id: objectId, firstFlow: flowId } = object;
  const nonce = randomBytes(6).toString('base64url');
  const container = object.contentType ?? containerOf(user);
  const storagePath = target.makeStoragePath({ flowId, objectId, container, allocatedAt, nonce });
  const nowMs = allocatedAt.getTime();
  const { id: storageId } = target.backend;
  return { objectId, storageId, storagePath, task: 'copy', createdMs: nowMs, dueMs: nowMs, attempts: 0, principal };
}

const tooManyCopies = (problem: string): AppError =>
  new AppError('too_many_copies', `${problem}; try again when some are done`, { retryAfterS: RETRY_AFTER_S });

function fail(field: string, problem: string): never {
  throw new AppError('invalid_instance', `body/${field}: ${problem}`, { field });
}
