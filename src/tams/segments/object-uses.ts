import type { MediaObject, ObjectTimerange, StoredObject } from '../objects/media-object.ts';
import { AppError } from '../../shared/errors.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import type { PreparedSegment } from './segment-preparation.ts';
import type { FlowState } from '../flows/flow-state.ts';

/** A stored object, or an external one that has no row yet. */
export type KnownObject = StoredObject | MediaObject;

export interface ObjectUsesOptions {
  readonly flow: Pick<FlowState, 'id' | 'initSegments'>;
  /** All objects that the segments name. */
  readonly objects: ReadonlyMap<string, KnownObject>;
  /** Ranges that present segments use of objects. */
  readonly presentRanges: ReadonlyMap<string, TimeRange>;
  /** Those of the objects whose range is what present segments use, not what was assumed once. */
  readonly assumedAnew: ReadonlySet<string>;
  /** Whether a segment must lie within the range of its object. If not, an assumed range grows. */
  readonly fitRanges: boolean;
}

/**
 * The objects of a request, and what its segments make of them one after the other (TAMS 8.2, `POST
 * /flows/{flowId}/segments`): an object is a media object or an initialisation segment for good, a media object keeps its
 * initialisation segment and the timerange that a client declared.
 */
export class ObjectUses {
  readonly #flow: ObjectUsesOptions['flow'];
  readonly #objects: Map<string, KnownObject>;
  readonly #options: ObjectUsesOptions;
  readonly #media = new Set<string>();
  readonly #used = new Set<string>();
  readonly #changed = new Set<string>();

  constructor(options: ObjectUsesOptions) {
    this.#flow = options.flow;
    this.#objects = new Map(options.objects);
    this.#options = options;
  }

  /** @throws AppError `invalid_segment`, and changes nothing then */
  add(segment: PreparedSegment): void {
    const object = this.get(segment.objectId);
    if (object.isInit === true) {
      fail('object_id', `"${object.id}" is an initialisation segment, which cannot be a media object`);
    }
    const initObjectId = this.#initOf(object, segment);
    const timerange = this.#timerangeOf(object, segment);
    const urls = object.referenced || object.externalUrls.length > 0 ? object.externalUrls : segment.urls;
    this.#set(object, {
      ...object,
      referenced: true,
      initObjectId,
      timerange,
      keyFrameCount: segment.keyFrameCount ?? object.keyFrameCount,
      externalUrls: urls,
    });
    this.#media.add(object.id);
    if (segment.initObjectId === undefined) return;
    const init = this.get(segment.initObjectId);
    this.#set(init, { ...init, referenced: true, isInit: true });
  }

  get(id: string): KnownObject {
    const object = this.#objects.get(id);
    if (object === undefined) throw new Error(`object ${id} was not looked up`);
    return object;
  }

  /** The media objects as the segments leave them. */
  media(): MediaObject[] {
    return [...this.#media].map((id) => this.get(id));
  }

  /** The rows to write: new, changed, or only held against their reclaim. */
  rows(): { fresh: MediaObject[]; changed: StoredObject[]; unchanged: StoredObject[] } {
    const [fresh, changed, unchanged]: [MediaObject[], StoredObject[], StoredObject[]] = [[], [], []];
    for (const id of this.#used) {
      const object = this.get(id);
      if (!('handle' in object)) fresh.push(object);
      else if (this.#changed.has(id)) changed.push(object);
      else unchanged.push(object);
    }
    return { fresh, changed, unchanged };
  }

  #set(before: KnownObject, after: KnownObject): void {
    this.#used.add(after.id);
    const isSame =
      before.referenced && (Object.keys(after) as (keyof MediaObject)[]).every((name) => after[name] === before[name]);
    if (isSame) return;
    this.#changed.add(after.id);
    this.#objects.set(after.id, after);
  }

  #initOf(object: MediaObject, { initObjectId }: PreparedSegment): string | undefined {
    const { id: flowId, initSegments } = this.#flow;
    if (initObjectId === undefined) {
      if (object.initObjectId === undefined && initSegments) {
        fail('init_object_id', `media objects of flow ${flowId} need one (init_segments), and "${object.id}" has none`);
      }
      return object.initObjectId;
    }
    if (!initSegments) {
      fail('init_object_id', `flow ${flowId} has none: set init_segments of its essence_parameters to true first`);
    }
    if (initObjectId === object.id) fail('init_object_id', 'must be another object than object_id');
    if (object.referenced && object.initObjectId !== initObjectId) {
      const present = object.initObjectId === undefined ? 'none' : `"${object.initObjectId}"`;
      fail('init_object_id', `"${object.id}" was registered with ${present}, which stays; leave it out`);
    }
    const init = this.get(initObjectId);
    if (init.referenced && init.isInit !== true) {
      fail('init_object_id', `"${initObjectId}" is a media object, which cannot be an initialisation segment`);
    }
    return initObjectId;
  }

  #timerangeOf(object: MediaObject, segment: PreparedSegment): ObjectTimerange | undefined {
    const { range: used, objectTimerange: given } = segment;
    const present = this.#presentRange(object);
    if (given !== undefined) {
      if (present !== undefined && !present.range.equals(given)) {
        fail('object_timerange', `that of "${object.id}" is ${present.range.toString()}, which stays; leave it out`);
      }
      checkWithin(object, given, used);
      return present?.declared === true ? present : { range: given, declared: true };
    }
    if (present === undefined) {
      const isOlder = object.referenced && !this.#options.fitRanges;
      return isOlder ? undefined : { range: used, declared: false };
    }
    if (present.range.contains(used)) return present;
    if (this.#options.fitRanges) checkWithin(object, present.range, used);
    return present.declared ? present : { range: present.range.hull(used), declared: false };
  }

  #presentRange({ id, timerange }: MediaObject): ObjectTimerange | undefined {
    if (!this.#options.assumedAnew.has(id) || this.#changed.has(id)) return timerange;
    const range = this.#options.presentRanges.get(id);
    return range && { range, declared: false };
  }
}

function checkWithin({ id }: MediaObject, whole: TimeRange, used: TimeRange): void {
  if (whole.contains(used)) return;
  const problem = `the segment uses ${used.toString()} of "${id}" (timerange - ts_offset), which has ${whole.toString()}`;
  fail('timerange', `${problem} (object_timerange)`);
}

function fail(field: string, problem: string): never {
  throw new AppError('invalid_segment', `${field}: ${problem}`, { field });
}
