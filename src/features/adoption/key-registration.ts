import { fromJson } from '../../shared/json-text.ts';
import { isDeepStrictEqual } from 'node:util';
import type { ObjectBeginning } from '../../media/media-source.ts';
import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { formatTimestamp } from '../../shared/time/timestamp.ts';
import { classesOf } from '../../tams/access/access-classes.ts';
import { Format } from '../../tams/documents/format.ts';
import type { FileFlow } from '../../tams/essence/file-flows.ts';
import { reduced } from '../../tams/essence/image-essence.ts';
import type { FlowInput, ImageEssenceParameters } from '../../tams/flows/flow.ts';
import { adoptedId, packLocations } from '../../tams/objects/object-location.ts';
import type { AdoptedObject } from '../../tams/segments/segment-registration.ts';
import type { SegmentInput } from '../../tams/segments/segment.ts';
import type { Services } from '../../tams/services.ts';
import type { Adoption, AdoptionKey, Sequence } from './adoption.ts';
import type { StoreTransaction } from '../../tams/vast-store.ts';

/** The first bytes of keys that were looked into just now. */
export type Beginnings = ReadonlyMap<string, ObjectBeginning>;

interface KeysOfFlow<Key extends AdoptionKey> {
  readonly flowId: string;
  readonly flows: readonly FileFlow[];
  readonly keys: readonly Key[];
  readonly beginnings: Beginnings;
}

/** Makes flows of planned keys, and puts the keys on their timelines. */
export class KeyRegistration {
  readonly #services: Pick<Services, 'flows' | 'segments'>;

  constructor(services: Pick<Services, 'flows' | 'segments'>) {
    this.#services = services;
  }

  /** Registers those of the keys that are planned. @returns all of them, as they are then */
  async register<Key extends AdoptionKey>(
    tx: StoreTransaction,
    adoption: Adoption,
    keys: readonly Key[],
    sequences: readonly Sequence[],
    beginnings: Beginnings = new Map(),
  ): Promise<Key[]> {
    const { planned = [], others: done = [] } = Object.groupBy(keys, ({ state }) =>
      state === 'planned' ? 'planned' : 'others',
    );
    for (const [flowId, own] of Map.groupBy(planned, (key) => key.flowId ?? '')) {
      const flows = own[0]?.flows ?? sequences.find((sequence) => sequence.flowId === flowId)?.flows ?? [];
      done.push(...(await this.#registerFlow(tx, adoption, { flowId, flows, keys: own, beginnings })));
    }
    return done;
  }

  async #registerFlow<Key extends AdoptionKey>(
    tx: StoreTransaction,
    adoption: Adoption,
    { flowId, flows, keys, beginnings }: KeysOfFlow<Key>,
  ): Promise<Key[]> {
    try {
      for (const flow of flows) await this.#makeFlow(tx, adoption, flow);
      const inputs = keys.map((key) => segmentOf(adoption, key));
      const inits = new Set(keys.flatMap(({ initKey }) => (initKey === undefined ? [] : [initKey])));
      const objects = [...inits, ...keys.map(({ key }) => key)].map((key) => ({
        ...objectOf(adoption, key),
        beginning: beginnings.get(key),
      }));
      const refusals = await this.#services.segments.registration.adopt(tx, flowId, inputs, objects);
      const reasons = new Map(refusals.map(({ index, error }) => [index, error.message]));
      return keys.map((key, index) => {
        const reason = reasons.get(index);
        return reason === undefined ? { ...key, state: 'adopted' } : { ...key, state: 'refused', reason };
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      const { message: reason } = error;
      return keys.map((key) => ({ ...key, state: 'refused', reason }));
    }
  }

  async #makeFlow(tx: StoreTransaction, adoption: Adoption, flow: FileFlow): Promise<void> {
    const { frameRate: rate } = adoption;
    const ofFrames = rate && { segment_duration: reduced(rate.denominator, rate.numerator) };
    const present = await tx.flows.find(flow.id);
    if (present !== undefined) {
      mustContinue(adoption, fromJson(present.document), { ...flow, ...ofFrames });
      return;
    }
    const tags = { ...(flow['tags'] as FlowInput['tags']), ...adoption.tags };
    const whole = { ...withRate(flow), ...(Object.keys(tags).length > 0 && { tags }), ...ofFrames };
    // Its parts were made by the code that makes the parts of every flow.
    await this.#services.flows.putIn(tx, flow.id, () => whole as unknown as FlowInput, adoption.principal);
  }
}

/**
 * A flow that is there already. Frames that come later extend the flow of those before them, whose times and pictures they must
 * share. Its tags say who may see it, unless the adoption says otherwise: somebody may have changed them since.
 *
 * @throws AppError `adoption_refused`
 */
function mustContinue({ layout, tags }: Adoption, present: FlowInput, own: FileFlow): void {
  const areFrames = layout === 'frames';
  const differs = (name: string): boolean => {
    const [kept, asked] = [present, own].map((flow) => (flow as unknown as Readonly<Record<string, unknown>>)[name]);
    return kept !== undefined && !isDeepStrictEqual(kept, asked);
  };
  const [classes, asked] = [classesOf(present.tags), classesOf(tags)];
  const problem =
    (areFrames && differs('format') && `is of the format ${present.format}`) ||
    (areFrames &&
      differs('segment_duration') &&
      `has frames of another rate: its segment_duration is ${JSON.stringify(present.segment_duration)}`) ||
    (areFrames &&
      sizeOf(present) !== sizeOf(own) &&
      `has frames of ${sizeOf(present)}, and these have ${sizeOf(own)}`) ||
    (asked !== undefined && !isDeepStrictEqual(asked, classes) && 'has another tag auth_classes');
  if (problem !== false) throw new AppError('adoption_refused', `flow ${own.id}, which they continue, ${problem}`);
}

function sizeOf(flow: object): string {
  const { frame_width: width, frame_height: height } = (flow as { essence_parameters: ImageEssenceParameters })
    .essence_parameters;
  return `${width}x${height}`;
}

/** A video has a frame rate, or a variable one (TAMS 8.2, `schemas/flow-video.json`). */
function withRate(flow: FileFlow): FileFlow {
  const essence = flow['essence_parameters'] as { frame_rate?: unknown } | undefined;
  if (flow.format !== Format.video || essence?.frame_rate !== undefined) return flow;
  return { ...flow, essence_parameters: { ...essence, vfr: true } };
}

function segmentOf({ storageId }: Adoption, key: AdoptionKey): SegmentInput {
  const { startNs = 0n, endNs = 0n, offsetNs = 0n } = key;
  return {
    object_id: adoptedId({ storageId, storagePath: key.key }),
    ...(key.initKey !== undefined && { init_object_id: adoptedId({ storageId, storagePath: key.initKey }) }),
    timerange: TimeRange.fromNs(startNs, endNs).toString(),
    // A frame has no time of its own: that of its object is the one that it gets here.
    ...(offsetNs !== 0n && { ts_offset: formatTimestamp(offsetNs) }),
  };
}

function objectOf({ storageId, deleteBytes }: Adoption, storagePath: string): AdoptedObject {
  const place = { storageId, storagePath };
  return { id: adoptedId(place), locations: packLocations([place]), ...(!deleteBytes && { adoptedAt: place }) };
}
