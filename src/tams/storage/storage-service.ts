import { randomBytes } from 'node:crypto';
import type { MediaStore, MediaStoreRegistry, UploadRequest } from '../../media/media-store.ts';
import { objectIdsOf, packLocations } from '../objects/object-location.ts';
import { AppError } from '../../shared/errors.ts';
import { uuidV7 } from '../../shared/uuid.ts';
import { containerOf, writableFlow } from '../flows/flow-access.ts';
import type { FlowState } from '../flows/flow-state.ts';
import type { StoreTransaction, VastStore } from '../vast-store.ts';

export interface StorageRequest {
  readonly limit?: number;
  readonly object_ids?: readonly string[];
  readonly storage_id?: string;
  readonly content_type?: string;
  readonly presigned?: boolean;
}

export interface AllocatedStorage {
  media_objects: { object_id: string; put_url: UploadRequest; presigned: boolean }[];
}

/** Default and maximum number of objects per request. */
const DEFAULT_COUNT = 100;
const MAX_COUNT = 1_000;

/** Allocates storage for media objects and initialisation segments (TAMS, POST /flows/{flowId}/storage). */
export class StorageService {
  readonly #store: VastStore;
  readonly #media: MediaStoreRegistry;
  readonly #known: MediaStoreRegistry;
  readonly #allocationExpiryMs: number;

  /** @param known backends that the principal has any right on; on those of `media` it has the one to write. */
  constructor(store: VastStore, media: MediaStoreRegistry, allocationExpiryMs: number, known = media) {
    this.#store = store;
    this.#media = media;
    this.#known = known;
    this.#allocationExpiryMs = allocationExpiryMs;
  }

  async allocate(flowId: string, request: StorageRequest, baseUrl: string): Promise<AllocatedStorage> {
    const ids = idsOf(request);
    const areNamed = request.object_ids !== undefined;
    const backend = this.#backendFor(request.storage_id);
    const presigned = request.presigned ?? true;
    const uploadTo = uploads(backend, presigned);
    const allocatedAt = new Date();
    const { mediaType, paths } = await this.#store.transaction(async (tx) => {
      const flow = await writableFlow(tx, flowId);
      const mediaType = mediaTypeOf(flow, request.content_type);
      const pathOf = (objectId: string, nonce?: string): string =>
        backend.makeStoragePath({ flowId, objectId, container: mediaType, allocatedAt, nonce });
      const paths = areNamed ? await unusedPaths(tx.objects, ids, pathOf) : ids.map((id) => pathOf(id));
      const allocated = ids.map((id, index) => ({
        id,
        firstFlow: flowId,
        firstLife: flow.life,
        locations: packLocations([{ storageId: backend.backend.id, storagePath: paths[index] ?? '' }]),
        externalUrls: [],
        referenced: false,
        isInit: request.content_type !== undefined,
        contentType: request.content_type,
        plainUpload: !presigned,
      }));
      await (areNamed ? tx.objects.insertNamed(allocated) : tx.objects.insert(allocated));
      await tx.reclaimQueue.add(ids, allocatedAt.getTime() + this.#allocationExpiryMs, 'allocated');
      return { mediaType, paths };
    });
    return {
      media_objects: paths.map((path, index) => ({
        object_id: ids[index] ?? '',
        put_url: uploadTo(path, mediaType, baseUrl),
        presigned,
      })),
    };
  }

  #backendFor(storageId: string | undefined): MediaStore {
    const of = (media: MediaStoreRegistry): MediaStore | undefined =>
      storageId === undefined ? media.default : media.get(storageId);
    const store = of(this.#media);
    if (store !== undefined) return store;
    const known = of(this.#known);
    if (known !== undefined) {
      const problem = `body/storage_id: your classes do not let you write to storage backend ${known.backend.id}`;
      throw new AppError('insufficient_rights', problem, { field: 'storage_id' });
    }
    const problem =
      storageId === undefined
        ? 'this service has several storage backends and no default; name one'
        : `there is no storage backend ${storageId}`;
    throw new AppError('unknown_storage_backend', `body/storage_id: ${problem}; see /service/storage-backends`, {
      field: 'storage_id',
    });
  }
}

/** Makes upload requests, signed or plain. */
function uploads(backend: MediaStore, presigned: boolean): MediaStore['presignPut'] {
  if (presigned) return backend.presignPut.bind(backend);
  if (backend.plainPut !== undefined) return backend.plainPut.bind(backend);
  fail('presigned', 'this storage backend has only presigned URLs; leave it out, or set it to true');
}

/** The media type of the flow's media objects or, where another one is given, of its initialisation segments. */
function mediaTypeOf(flow: FlowState, given: string | undefined): string {
  const container = containerOf(flow);
  if (given === undefined) return container;
  if (!flow.initSegments) {
    fail('content_type', `is for initialisation segments, and init_segments of flow ${flow.id} is not true`);
  }
  if (given === container) fail('content_type', `is the container of flow ${flow.id}; leave it out`);
  return given;
}

/**
 * A path for each id, that no other object has or had lately: one of the same id, or of one that differs in the extension
 * (`a` and `a.ts` would both be kept as `a.ts`).
 */
async function unusedPaths(
  objects: StoreTransaction['objects'],
  ids: readonly string[],
  pathOf: (id: string, nonce?: string) => string,
): Promise<string[]> {
  const plain = ids.map((id) => pathOf(id));
  const alike = plain.flatMap(objectIdsOf);
  const taken = await objects.taken(alike);
  const inUse = ids.filter((id) => taken.has(id));
  if (inUse.length > 0) {
    throw new AppError('object_ids_in_use', `body/object_ids: already in use: ${inUse.join(', ')}`, {
      field: 'object_ids',
    });
  }
  const used = taken.union(await objects.hadBefore(alike));
  const given = new Set<string>();
  return ids.map((id, index) => {
    const path = plain[index] ?? '';
    if (given.has(path) || objectIdsOf(path).some((other) => used.has(other))) return pathOf(id, newNonce());
    given.add(path);
    return path;
  });
}

const newNonce = (): string => randomBytes(6).toString('base64url');

function idsOf({ limit, object_ids: ids }: StorageRequest): readonly string[] {
  if (ids === undefined) {
    const count = limit ?? DEFAULT_COUNT;
    if (count < 1 || count > MAX_COUNT) fail('limit', `must be from 1 to ${MAX_COUNT}`);
    return Array.from({ length: count }, () => uuidV7());
  }
  if (limit !== undefined) fail('object_ids', 'must not be given together with limit');
  if (ids.length === 0) fail('object_ids', 'must not be empty');
  if (ids.length > MAX_COUNT) fail('object_ids', `must not be more than ${MAX_COUNT}`);
  if (ids.includes('')) fail('object_ids', 'an id must not be empty');
  if (new Set(ids).size < ids.length) fail('object_ids', 'the same id stands there twice');
  return ids;
}

function fail(field: string, problem: string): never {
  throw new AppError('invalid_request', `body/${field}: ${problem}`, { field });
}
