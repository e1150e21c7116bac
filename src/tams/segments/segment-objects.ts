import { AppError } from '../../shared/errors.ts';
import { type KnownObject, ObjectUses } from './object-uses.ts';
import type { PreparedSegment } from './segment-preparation.ts';
import type { FlowState } from '../flows/flow-state.ts';
import type { StoreTransaction } from '../vast-store.ts';

/** A segment that is not refused yet, with its place in the request. */
export interface Candidate {
  readonly index: number;
  readonly segment: PreparedSegment;
}

export type Refuse = (candidate: Candidate, error: AppError) => void;

/** The ids of all objects that the segments name. */
export const namedObjects = (candidates: readonly Candidate[]): string[] => [
  ...new Set(candidates.flatMap(({ segment: { objectId, initObjectId } }) => [objectId, ...idsOf(initObjectId)])),
];

const idsOf = (id: string | undefined): string[] => (id === undefined ? [] : [id]);

/**
 * The objects that the candidates may use, by id: stored ones, and new external ones, without a row yet. Refuses candidates that
 * name others.
 */
export async function findObjects(
  tx: StoreTransaction,
  flow: FlowState,
  { candidates, objectIds }: { readonly candidates: readonly Candidate[]; readonly objectIds: readonly string[] },
  stored: ReadonlyMap<string, KnownObject>,
  refuse: Refuse,
): Promise<{ known: Candidate[]; objects: Map<string, KnownObject> }> {
  const objects = new Map<string, KnownObject>();
  for (const id of objectIds) {
    const object = stored.get(id);
    if (object?.firstLife === flow.life || object?.referenced === true) objects.set(id, object);
  }
  const unknown = candidates.filter(({ segment }) => !stored.has(segment.objectId) && segment.urls.length > 0);
  const reclaiming = await tx.objects.taken([...new Set(unknown.map(({ segment }) => segment.objectId))]);
  const known = candidates.filter((candidate) => {
    const { objectId: id, initObjectId, urls } = candidate.segment;
    if (!objects.has(id) && !stored.has(id) && urls.length > 0 && !reclaiming.has(id)) {
      const { id: firstFlow, life: firstLife } = flow;
      objects.set(id, { id, firstFlow, firstLife, referenced: false, locations: null, externalUrls: urls });
    }
    if (!objects.has(id)) refuse(candidate, unknownObject(id, flow.id));
    else if (initObjectId !== undefined && !objects.has(initObjectId)) {
      refuse(candidate, unknownInit(initObjectId, flow.id));
    } else return true;
    return false;
  });
  return { known, objects };
}

const unknownObject = (id: string, flowId: string): AppError =>
  new AppError(
    'unknown_object',
    `object_id: "${id}" was not allocated for flow ${flowId} and is used by no other flow; ` +
      `allocate it with POST /flows/${flowId}/storage, or give get_urls of an external object, other than presigned ones`,
    { field: 'object_id' },
  );

const unknownInit = (id: string, flowId: string): AppError =>
  new AppError(
    'unknown_object',
    `init_object_id: "${id}" was not allocated for flow ${flowId}, and is no initialisation segment of another; ` +
      `allocate it with POST /flows/${flowId}/storage`,
    { field: 'init_object_id' },
  );

/**
 * Uses the objects for the candidates, in the order of the request, and refuses candidates that break a rule. At most one
 * more query, for objects of whose range nothing is certain.
 */
export async function useObjects(
  tx: StoreTransaction,
  flow: FlowState,
  candidates: readonly Candidate[],
  objects: ReadonlyMap<string, KnownObject>,
  { fitRanges, refuse }: { readonly fitRanges: boolean; readonly refuse: Refuse },
): Promise<{ used: Candidate[]; uses: ObjectUses }> {
  const doubted = [...new Set(candidates.flatMap(({ segment }) => doubtful(segment, objects, fitRanges)))];
  const { ranges: presentRanges, areAll } = await tx.segments.rangesOf(doubted);
  // Of some of the uses no range follows: what was assumed stays. Objects that are older than their ranges have nothing else.
  const assumedAnew = new Set(doubted.filter((id) => areAll || objects.get(id)?.timerange === undefined));
  const uses = new ObjectUses({ flow, objects, presentRanges, assumedAnew, fitRanges });
  const refused = new Set<Candidate>();
  for (const candidate of candidates.toSorted((a, b) => a.index - b.index)) {
    try {
      uses.add(candidate.segment);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refuse(candidate, error);
      refused.add(candidate);
    }
  }
  return { used: candidates.filter((candidate) => !refused.has(candidate)), uses };
}

/**
 * The object, if its range is to be assumed anew: of objects that are older than their ranges, and where the segment does
 * not fit what was assumed once. A client may be correcting the segment that it was assumed from, which is gone now.
 */
function doubtful(
  { objectId, objectTimerange: given, range }: PreparedSegment,
  objects: ReadonlyMap<string, KnownObject>,
  fitRanges: boolean,
): string[] {
  const object = objects.get(objectId);
  if (object?.referenced !== true || object.isInit === true || object.timerange?.declared === true) return [];
  const present = object.timerange?.range;
  const isDoubtful =
    present === undefined
      ? fitRanges || given !== undefined
      : (fitRanges && !present.contains(range)) || (given !== undefined && !present.equals(given));
  return isDoubtful ? [objectId] : [];
}
