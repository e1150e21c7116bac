import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Cut, CutClip, CutTrack } from '../../formats/otio/read-timeline.ts';
import type { Warnings } from '../../formats/otio/timeline.ts';
import { AppError } from '../../shared/errors.ts';
import { fromJson } from '../../shared/json-text.ts';
import { formatTimestamp } from '../../shared/time/timestamp.ts';
import { nextTurn } from '../../shared/loop-turns.ts';
import { classesOf } from '../../tams/access/access-classes.ts';
import { Format } from '../../tams/documents/format.ts';
import { NO_TAGS } from '../../tams/documents/tag-filter.ts';
import { type Flow, type FlowInput, type FlowTechnical, TECHNICAL_PROPERTIES } from '../../tams/flows/flow.ts';
import type { SegmentInput, StoredSegment } from '../../tams/segments/segment.ts';
import type { Services } from '../../tams/services.ts';
import type { MakingQueue } from './making-queue.ts';
import { type ClipEnd, overlapping, placeClip, segmentsUnder } from './otio-segments.ts';
import { LIMITS } from './playback-settings.ts';
import type { StoreTransaction, VastStore } from '../../tams/vast-store.ts';

/** The flows that a cut became. */
export interface ImportedCut {
  /** The flow that stands for the whole: that of the one track, or one that collects those of all tracks. */
  readonly flow_id: string;
  readonly source_id: string;
  readonly tracks: readonly { readonly flow_id: string; readonly label: string; readonly segments: number }[];
  /** The parts of it that were left out. */
  readonly warnings: readonly string[];
}

export interface CutOptions {
  /** By default the name of the timeline. */
  readonly label?: string | undefined;
  /** By default the classes that all flows of the clips have in common. */
  readonly authClasses?: string | undefined;
}

interface Planned {
  readonly flow: FlowInput;
  readonly segments: readonly SegmentInput[];
  /** The clip of each segment. */
  readonly clips: readonly CutClip[];
}

export interface OtioImportParts {
  /** The view of what may be read. */
  readonly reading: Pick<VastStore, 'flows' | 'segments'>;
  readonly store: Pick<VastStore, 'transaction'>;
  readonly services: Pick<Services, 'flows' | 'segments'>;
  readonly queue: MakingQueue;
  readonly segmentsMax: number;
}

/** The properties that all flows of a track must have in common. */
const SHARED = TECHNICAL_PROPERTIES.filter((name) => name !== 'avg_bit_rate' && name !== 'segment_duration');

/** Cuts as new flows by reference: their segments use the objects of the flows that the clips refer to. */
export class OtioImport {
  readonly #parts: OtioImportParts;

  constructor(parts: OtioImportParts) {
    this.#parts = parts;
  }

  /**
   * All of the cut or nothing of it.
   *
   * @throws AppError not_found, invalid_request and those of registrations, which name the clip; overloaded
   */
  import(cut: Cut, options: CutOptions, principal: string): Promise<ImportedCut> {
    return this.#parts.queue.run(() => this.#import(cut, options, principal));
  }

  async #import(cut: Cut, options: CutOptions, principal: string): Promise<ImportedCut> {
    if (cut.tracks.length === 0) throw refused('tracks: there is no clip in them');
    const flows = await this.#flowsOf(cut);
    const tags = tagsOf([...flows.values()], options.authClasses);
    const { warnings } = cut;
    const label = options.label ?? cut.name;
    const planned: Planned[] = [];
    let left = this.#parts.segmentsMax;
    for (const track of cut.tracks) {
      const technical = technicalOf(track, flows);
      const made = await this.#plan(track, flows, left, warnings);
      left -= made.segments.length;
      const name = cut.tracks.length === 1 && label !== '' ? label : track.name;
      planned.push({ ...made, flow: { ...technical, ...newIds(), label: name, status: 'closed_complete', ...tags } });
    }
    if (planned.every(({ segments }) => segments.length === 0)) {
      throw refused('tracks: the flows have no segments where the clips are');
    }
    const whole = planned.length === 1 ? undefined : { ...collectionOf(planned, label), ...tags };
    await this.#parts.store.transaction((tx) => this.#write(tx, planned, whole, principal));
    const { id, source_id } = whole ?? (planned[0] as Planned).flow;
    return {
      flow_id: id,
      source_id,
      tracks: planned.map(({ flow, segments }) => ({
        flow_id: flow.id,
        label: flow.label ?? '',
        segments: segments.length,
      })),
      warnings: warnings.texts,
    };
  }

  /** The flow of each reference, looked up once. */
  async #flowsOf(cut: Cut): Promise<Map<string, Flow>> {
    const flows = new Map<string, Flow>();
    for (const clip of cut.tracks.flatMap(({ clips }) => clips)) {
      const key = keyOf(clip);
      if (flows.has(key)) continue;
      if (flows.size === LIMITS.renditions) {
        throw refused(`${clip.name}: clips refer to more than ${LIMITS.renditions} flows`);
      }
      const { of } = clip;
      const flow = await ('flowId' in of ? this.#flow(of.flowId, clip) : this.#flowOfSource(of.sourceId, clip));
      if (flow.container === undefined) {
        throw refused(`${clip.name}: flow ${flow.id} has no container, and so no segments; refer to one that has`);
      }
      flows.set(key, flow);
    }
    return flows;
  }

  async #flow(id: string, clip: CutClip): Promise<Flow> {
    const found = await this.#parts.reading.flows.find(id);
    if (found === undefined) throw new AppError('not_found', `${clip.name}: there is no flow ${id}`);
    return fromJson(found.document);
  }

  async #flowOfSource(sourceId: string, clip: CutClip): Promise<Flow> {
    const { items } = await this.#parts.reading.flows.list({ sourceId, tags: NO_TAGS }, { limit: 2 });
    const [first, second] = items;
    if (first === undefined) throw new AppError('not_found', `${clip.name}: there is no source ${sourceId}`);
    if (second !== undefined) throw refused(`${clip.name}: source ${sourceId} has several flows; refer to one of them`);
    return fromJson(first.document);
  }

  async #plan(
    { clips }: CutTrack,
    flows: ReadonlyMap<string, Flow>,
    most: number,
    warnings: Warnings,
  ): Promise<Omit<Planned, 'flow'>> {
    const segments: SegmentInput[] = [];
    const owners: CutClip[] = [];
    const under = await this.#segmentsUnder(clips, flows, most);
    let before: ClipEnd | undefined;
    for (const clip of clips) {
      const id = flows.get(keyOf(clip))?.id ?? '';
      const found = overlapping(under.get(keyOf(clip)) ?? [], clip);
      if (segments.length + found.length > most) throw this.#tooMany(clip);
      const placed = placeClip(clip, found, before);
      before = placed.end;
      segments.push(...placed.segments);
      owners.push(...placed.segments.map(() => clip));
      if (placed.lackingNs > 0n) {
        warnings.add(`${clip.name}: flow ${id} lacks ${formatTimestamp(placed.lackingNs)} of it, which stays a gap`);
      }
      await nextTurn();
    }
    return { segments, clips: owners };
  }

  /** By the key of the clips. */
  async #segmentsUnder(
    clips: readonly CutClip[],
    flows: ReadonlyMap<string, Flow>,
    most: number,
  ): Promise<Map<string, readonly StoredSegment[]>> {
    const under = new Map<string, readonly StoredSegment[]>();
    for (const [key, own] of Map.groupBy(clips, keyOf)) {
      const found = await segmentsUnder(this.#parts.reading.segments, flows.get(key)?.id ?? '', own, most);
      if (found === undefined) throw this.#tooMany(own[0]);
      under.set(key, found);
    }
    return under;
  }

  #tooMany(clip: CutClip | undefined): AppError {
    const { segmentsMax } = this.#parts;
    return refused(`${clip?.name}: with it, the cut has more than ${segmentsMax} segments (SEGMENTS_PER_REQUEST_MAX)`);
  }

  async #write(
    tx: StoreTransaction,
    planned: readonly Planned[],
    whole: FlowInput | undefined,
    principal: string,
  ): Promise<void> {
    const { flows, segments } = this.#parts.services;
    for (const each of planned) {
      await flows.putIn(tx, each.flow.id, () => each.flow, principal);
      const [refusal] = await segments.registration.registerIn(tx, each.flow.id, each.segments);
      if (refusal === undefined) continue;
      const { code, message } = refusal.error;
      throw new AppError(code, `${each.clips[refusal.index]?.name ?? ''}: ${message}`, { cause: refusal.error });
    }
    if (whole !== undefined) await flows.putIn(tx, whole.id, () => whole, principal);
  }
}

const keyOf = ({ of }: CutClip): string => ('flowId' in of ? of.flowId : `source ${of.sourceId}`);

const newIds = (): Pick<FlowInput, 'id' | 'source_id'> => ({ id: randomUUID(), source_id: randomUUID() });

/** A flow has one codec, container and essence: so must all that its segments are of. */
function technicalOf(
  { clips }: CutTrack,
  flows: ReadonlyMap<string, Flow>,
): FlowTechnical & Pick<FlowInput, 'max_bit_rate'> {
  const [first, ...others] = [...new Set(clips.map(keyOf))].flatMap((key) => flows.get(key) ?? []);
  if (first === undefined) throw new Error('a track without clips');
  for (const other of others) {
    const name = SHARED.find((property) => !isDeepStrictEqual(first[property], other[property]));
    if (name === undefined) continue;
    const clip = clips.find((each) => flows.get(keyOf(each)) === other);
    throw refused(`${clip?.name ?? ''}: flow ${other.id} has another ${name} than flow ${first.id} of the same track`);
  }
  const rates = [first, ...others].map(({ max_bit_rate: rate }) => rate);
  const known = rates.filter((rate) => rate !== undefined);
  const technical = Object.fromEntries(SHARED.flatMap((name) => (name in first ? [[name, first[name]]] : [])));
  return {
    ...(technical as unknown as FlowTechnical),
    ...(known.length === rates.length && { max_bit_rate: Math.max(...known) }),
  };
}

const collectionOf = (planned: readonly Planned[], label: string): FlowInput => ({
  ...newIds(),
  ...(label !== '' && { label }),
  format: Format.multi,
  status: 'closed_complete',
  flow_collection: planned.map(({ flow: { id, label: role = '' } }) => ({ id, role })),
});

/** Readers of the cut may read a part of each flow: by default, only those may who may read all of them anyway. */
function tagsOf(flows: readonly Flow[], given: string | undefined): Pick<FlowInput, 'tags'> {
  if (given !== undefined) return { tags: { auth_classes: given } };
  const limited = flows.flatMap(({ tags }) => {
    const classes = classesOf(tags);
    return classes === undefined ? [] : [classes];
  });
  const [first, ...others] = limited;
  if (first === undefined) return {};
  const shared = first.filter((name) => others.every((names) => names.includes(name)));
  if (shared.length > 0) return { tags: { auth_classes: shared.join(',') } };
  throw refused('auth_classes: the flows of the clips have no class in common; say which ones the cut is for');
}

const refused = (summary: string): AppError => new AppError('invalid_request', summary);
