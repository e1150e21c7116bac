import { openAsBlob } from 'node:fs';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { isThere } from '../folders.ts';
import { inParallel } from '../in-parallel.ts';
import type { Progress } from '../progress.ts';
import type { TamsClient } from '../tams-client/tams-client.ts';
import type { AllocatedObject, FailedSegment, FlowBody, SegmentBody } from '../tams-client/types.ts';
import type { IngestFolder } from './ingest-folder.ts';
import type { IngestPlan, InitSegment, PlannedSegment, Track } from './plan.ts';

/** Segments that are uploaded before they are registered together, for each upload at a time. */
const CHUNK_PER_UPLOAD = 8;

export interface TransferResult {
  readonly registered: number;
  /** Uploads of an earlier run. */
  readonly present: number;
}

/**
 * Executes the rest of the plan: makes the flows, uploads, registers. Each step first asks for the present state, so a
 * killed ingest can be run again, and makes nothing twice.
 */
export async function transfer(
  client: TamsClient,
  folder: IngestFolder,
  plan: IngestPlan,
  parallel: number,
  progress: Progress,
): Promise<TransferResult> {
  const missingFlows: FlowBody[] = [];
  for (const flow of plan.flows) {
    const present = await client.flow(flow.id);
    if (present === undefined) missingFlows.push(flow);
    // Other properties keep the changes that others have made since.
    else checkFits(flow, present);
  }
  for (const flow of missingFlows) await client.putFlow(flow);
  progress.start(
    'segments',
    plan.tracks.reduce((sum, { segments }) => sum + segments.length, 0),
  );
  let [registered, present] = [0, 0];
  for (const track of plan.tracks) {
    const inits = new InitObjects(client, folder, track.flowId);
    const missing = await missingOf(client, folder, track);
    present += track.segments.length - missing.length;
    progress.advance(track.segments.length - missing.length);
    for (let from = 0; from < missing.length; from += parallel * CHUNK_PER_UPLOAD) {
      const chunk = missing.slice(from, from + parallel * CHUNK_PER_UPLOAD);
      await putChunk(client, folder, { flowId: track.flowId, inits }, chunk, parallel);
      registered += chunk.length;
      progress.advance(chunk.length);
    }
  }
  return { registered, present };
}

/** @throws for a flow (--flow-id) that these media are not of: its documents would be wrong from then on. */
function checkFits(flow: FlowBody, present: FlowBody): void {
  for (const property of ['format', 'codec', 'container'] as const) {
    if (present[property] !== flow[property]) {
      const [is, made] = [present, flow].map((each) => each[property] ?? 'not given');
      throw new Error(`The flow ${flow.id} is there, and its ${property} is ${is}; these media are ${made}.`);
    }
  }
  const collected = new Set(present.flow_collection?.map(({ id }) => id));
  const missing = flow.flow_collection?.find(({ id }) => !collected.has(id));
  if (missing !== undefined) {
    throw new Error(`The flow ${flow.id} is there, and does not collect ${missing.id}, which these media are of.`);
  }
}

/** The flow that segments go to. */
interface Target {
  readonly flowId: string;
  readonly inits: InitObjects;
}

/** The objects of a flow's initialisation segments, each uploaded once. */
class InitObjects {
  readonly #client: TamsClient;
  readonly #folder: IngestFolder;
  readonly #flowId: string;
  /** By file; the journal's are of an earlier run, and may have expired. */
  readonly #ids = new Map<string, { readonly id: string; readonly isOld: boolean }>();
  #journal: ReadonlyMap<string, string> | undefined;

  constructor(client: TamsClient, folder: IngestFolder, flowId: string) {
    this.#client = client;
    this.#folder = folder;
    this.#flowId = flowId;
  }

  async idOf({ file }: InitSegment): Promise<string> {
    const known = this.#ids.get(file);
    if (known !== undefined) return known.id;
    this.#journal ??= await this.#folder.uploaded(this.#flowId);
    const uploaded = this.#journal.get(file);
    const id = uploaded ?? (await this.#upload(file));
    this.#ids.set(file, { id, isOld: uploaded !== undefined });
    return id;
  }

  isOld(init: InitSegment | undefined): boolean {
    return init !== undefined && this.#ids.get(init.file)?.isOld === true;
  }

  /** They are uploaded again. */
  forgetOld(): void {
    for (const [file, { isOld }] of this.#ids) if (isOld) this.#ids.delete(file);
    this.#journal = new Map();
  }

  async #upload(file: string): Promise<string> {
    const [object] = await this.#client.allocate(this.#flowId, 1);
    if (object === undefined) throw new Error('The server allocated no object for an initialisation segment.');
    await upload(this.#client, object, this.#folder.segmentPath(file));
    await this.#folder.addUpload(this.#flowId, file, object.object_id);
    return object.object_id;
  }
}

/** A segment that is not on the timeline yet, and its object where that is uploaded. */
interface Missing {
  readonly segment: PlannedSegment;
  readonly objectId: string | undefined;
}

async function missingOf(client: TamsClient, folder: IngestFolder, { flowId, segments }: Track): Promise<Missing[]> {
  const uploaded = await folder.uploaded(flowId);
  const registered = await objectsByTimerange(client, flowId, segments);
  const missing: Missing[] = [];
  for (const segment of segments) {
    const objectId = uploaded.get(segment.file);
    const present = registered.get(segment.body.timerange);
    // If something else is in its place, the server refuses it.
    if (present === undefined || present !== objectId) missing.push({ segment, objectId });
  }
  return missing;
}

/** The flow's objects in the range of these segments, by timerange as it was written. */
async function objectsByTimerange(
  client: TamsClient,
  flowId: string,
  segments: readonly { readonly body: { readonly timerange: string } }[],
): Promise<Map<string, string>> {
  const hull = segments.reduce((range, { body }) => range.hull(TimeRange.parse(body.timerange)), TimeRange.EMPTY);
  const objects = new Map<string, string>();
  if (hull.isEmpty) return objects;
  const present = client.segments(flowId, hull.toString(), { urls: false });
  for await (const { timerange, object_id: id } of present) objects.set(timerange, id);
  return objects;
}

/**
 * Uploads and registers. Uploads of an earlier run may have expired before they were registered: these are repeated,
 * once. @throws if the server refuses a segment.
 */
async function putChunk(
  client: TamsClient,
  folder: IngestFolder,
  target: Target,
  chunk: readonly Missing[],
  parallel: number,
): Promise<void> {
  const { flowId, inits } = target;
  const refused = await register(client, flowId, await uploadAll(client, folder, target, chunk, parallel));
  const places = new Set(refused.map(({ timerange }) => timerange));
  const mayBeExpired = ({ objectId, segment }: Missing): boolean => objectId !== undefined || inits.isOld(segment.init);
  const expired = chunk.filter((each) => mayBeExpired(each) && places.has(each.segment.body.timerange));
  if (expired.length < refused.length) throw refusal(flowId, refused);
  if (expired.length === 0) return;
  inits.forgetOld();
  const again = expired.map(({ segment }) => ({ segment, objectId: undefined }));
  const refusedAgain = await register(client, flowId, await uploadAll(client, folder, target, again, parallel));
  if (refusedAgain.length > 0) throw refusal(flowId, refusedAgain);
}

function refusal(flowId: string, refused: readonly FailedSegment[]): Error {
  const [first] = refused;
  const reason = first?.error?.summary ?? 'no reason given';
  return new Error(
    `The server refused ${refused.length} segments of the flow ${flowId}; ${first?.timerange ?? ''}: ${reason}.` +
      ' Where others have that place, --start and --state begin anew elsewhere.',
  );
}

/** Uploads those that are not, so many at a time, and returns what is to be registered. */
async function uploadAll(
  client: TamsClient,
  folder: IngestFolder,
  { flowId, inits }: Target,
  chunk: readonly Missing[],
  parallel: number,
): Promise<SegmentBody[]> {
  const waiting = chunk.filter(({ objectId }) => objectId === undefined);
  const objects = waiting.length === 0 ? [] : await client.allocate(flowId, waiting.length);
  const initIds = new Map<string, string>();
  for (const { segment } of chunk) {
    if (segment.init !== undefined) initIds.set(segment.file, await inits.idOf(segment.init));
  }
  const ids = await inParallel(waiting, parallel, async ({ segment: { file, init } }, index) => {
    const object = objects[index];
    if (object === undefined) throw new Error(`The server allocated ${objects.length} objects, not ${waiting.length}.`);
    await upload(client, object, folder.segmentPath(file), init?.bytes);
    await folder.addUpload(flowId, file, object.object_id);
    return [file, object.object_id] as const;
  });
  await folder.syncUploads();
  const fresh = new Map(ids);
  return chunk.map(({ segment, objectId }) => {
    const id = objectId ?? fresh.get(segment.file);
    if (id === undefined) throw new Error(`${segment.file} was not uploaded.`);
    const initId = initIds.get(segment.file);
    return { object_id: id, ...(initId !== undefined && { init_object_id: initId }), ...segment.body };
  });
}

/** @param from the first byte that is uploaded */
async function upload(client: TamsClient, object: AllocatedObject, path: string, from = 0): Promise<void> {
  if (!(await isThere(path))) {
    throw new Error(`${path} is gone, and was not uploaded yet: remove the folder of the ingest, and start again.`);
  }
  try {
    // A Blob of a file is read as it is sent.
    await client.upload(object, (await openAsBlob(path)).slice(from));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${path} was not uploaded: ${reason}.`, { cause: error });
  }
}

/** @returns those that were refused, but for segments that are there already: an answer may have been lost on its way. */
async function register(
  client: TamsClient,
  flowId: string,
  segments: readonly SegmentBody[],
): Promise<readonly FailedSegment[]> {
  const failed = await client.postSegments(flowId, segments);
  if (failed.length === 0) return [];
  const registered = await objectsByTimerange(
    client,
    flowId,
    segments.map((body) => ({ body })),
  );
  return failed.filter(({ timerange, object_id: id }) => registered.get(timerange) !== id);
}
